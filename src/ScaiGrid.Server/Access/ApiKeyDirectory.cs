using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using Microsoft.EntityFrameworkCore;
using ScaiGrid.Server.Access.RateLimiting;
using ScaiGrid.Server.Data;

namespace ScaiGrid.Server.Access;

/// <summary>The principals behind API keys, read once and forgotten whenever anything about access changes.</summary>
internal sealed class ApiKeyDirectory
{
    // On one connection the server's HTTP layer gives the same string for the same header: its key is hashed once.
    private readonly ConditionalWeakTable<string, string> _hashes = [];
    private readonly IServiceScopeFactory _scopes;
    private readonly RateLimitOptions _limits;
    private ConcurrentDictionary<string, Principal> _byHash = new();

    public ApiKeyDirectory(IServiceScopeFactory scopes, ChangeStamps stamps, ServerOptions options)
    {
        (_scopes, _limits) = (scopes, options.RateLimits);
        stamps.Keep(Stamped.Access, _ =>
        {
            _byHash = new(); // a whole new one: a lookup that is under way must not put back what is stale
            return Task.CompletedTask;
        });
    }

    /// <param name="header">The header as it came.</param>
    /// <param name="secret">The key in it.</param>
    /// <returns>Null when the key is malformed, unknown or revoked, or its user or tenant is not active.</returns>
    public ValueTask<Principal?> FindAsync(string header, ReadOnlySpan<char> secret, CancellationToken ct)
    {
        if (!_hashes.TryGetValue(header, out var hash))
        {
            if (!ApiKeySecret.IsWellFormed(secret))
            {
                return default;
            }

            hash = ApiKeySecret.HashOf(secret);
            _hashes.AddOrUpdate(header, hash);
        }

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
            .SingleOrDefaultAsync(ct);
        if (row is null)
        {
            return null;
        }

        var tenant = row.User.TenantId is { } id ? await db.Tenants.AsNoTracking().SingleAsync(t => t.Id == id, ct) : null;
        var partner = tenant is null ? null : await db.Partners.AsNoTracking().SingleAsync(p => p.Id == tenant.PartnerId, ct);
        return Principal.MaySignIn(row.User, tenant) ? known[hash] = Principal.Of(row.User, tenant, partner, SignInMethod.ApiKey, _limits, row.Key) : null;
    }
}
