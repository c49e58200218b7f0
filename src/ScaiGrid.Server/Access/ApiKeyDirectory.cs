using System.Collections.Concurrent;
using System.Collections.Frozen;
using Microsoft.EntityFrameworkCore;
using ScaiGrid.Server.Data;
using ScaiGrid.Server.Features.ApiKeys;
using ScaiGrid.Server.Features.Tenancy;

namespace ScaiGrid.Server.Access;

/// <summary>The principals behind API keys, read once and forgotten whenever anything about access changes.</summary>
internal sealed class ApiKeyDirectory
{
    private readonly IServiceScopeFactory _scopes;
    private ConcurrentDictionary<string, Principal> _byHash = new();

    public ApiKeyDirectory(IServiceScopeFactory scopes, ChangeStamps stamps)
    {
        _scopes = scopes;
        stamps.Keep(Stamped.Access, _ =>
        {
            _byHash = new(); // a whole new one: a lookup that is under way must not put back what is stale
            return Task.CompletedTask;
        });
    }

    /// <returns>Null when the key is malformed, unknown or revoked, or its user or tenant is not active.</returns>
    public ValueTask<Principal?> FindAsync(ReadOnlySpan<char> secret, CancellationToken ct)
    {
        if (!ApiKeySecret.IsWellFormed(secret))
        {
            return default;
        }

        var hash = ApiKeySecret.HashOf(secret);
        var known = _byHash;
        return known.TryGetValue(hash, out var principal) ? new(principal) : new(LoadAsync(hash, known, ct));
    }

    private async Task<Principal?> LoadAsync(string hash, ConcurrentDictionary<string, Principal> known, CancellationToken ct)
    {
        await using var scope = _scopes.CreateAsyncScope();
        scope.ServiceProvider.GetRequiredService<TenantScope>().EnterPlatform();
        var db = scope.ServiceProvider.GetRequiredService<Db>();
        var row = await db.ApiKeys.AsNoTracking().Where(k => k.Hash == hash && k.RevokedAt == null)
            .Join(db.Users, k => k.UserId, u => u.Id, (k, u) => new { Key = k, User = u })
            .Where(x => x.User.Status == UserStatus.Active)
            .SingleOrDefaultAsync(ct);
        if (row is null)
        {
            return null;
        }

        var tenant = row.User.TenantId is { } id ? await db.Tenants.AsNoTracking().SingleAsync(t => t.Id == id, ct) : null;
        if (tenant is { Status: not TenantStatus.Active })
        {
            return null;
        }

        return known[hash] = Make(row.Key, row.User, tenant);
    }

    private static Principal Make(ApiKey key, User user, Tenant? tenant)
    {
        var permissions = Roles.PermissionsOf(user.Roles, user.Permissions);
        return new()
        {
            UserId = user.Id,
            Email = user.Email,
            Name = user.Name,
            SignIn = SignIn.ApiKey,
            TenantId = tenant?.Id,
            TenantSlug = tenant?.Slug,
            PartnerId = tenant?.PartnerId,
            ApiKeyId = key.Id,
            Roles = user.Roles.ToFrozenSet(),
            Permissions = key.Permissions.Count == 0 ? permissions : permissions.Intersect(key.Permissions).ToFrozenSet(),
            Groups = user.Groups.ToFrozenSet(),
            ModelGroups = key.ModelGroups.Count == 0 ? null : key.ModelGroups.ToFrozenSet(),
            ExpiresAt = key.ExpiresAt,
        };
    }
}
