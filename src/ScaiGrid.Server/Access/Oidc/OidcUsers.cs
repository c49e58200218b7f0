using System.Collections.Concurrent;
using Microsoft.EntityFrameworkCore;
using ScaiGrid.Server.Data;
using ScaiGrid.Server.Features.Audit;
using ScaiGrid.Server.Features.Tenancy;
using ScaiGrid.Server.Kernel;

namespace ScaiGrid.Server.Access.Oidc;

/// <summary>
/// The users behind an external issuer's subjects. One is created in the tenant that the token names when it is first seen, and refreshed
/// when a newer token says something else about it. What a token does not speak of stays as it is.
/// </summary>
internal sealed class OidcUsers(IServiceScopeFactory scopes, IdSource ids, TimeProvider clock, ServerOptions options)
{
    private const int MaxRemembered = 100_000;

    // When the newest token of each user was issued: an older one, still good, must not undo what a newer one said.
    private readonly ConcurrentDictionary<Id<User>, DateTime> _newest = new();

    public async Task<Result<Principal>> SignInAsync(string issuer, TokenClaims claims, DateTime issuedAt, CancellationToken ct)
    {
        if (claims.Subject is not { Length: <= 255 } subject)
        {
            return AccessErrors.TokenInvalid.With("The token names nobody.");
        }

        await using var scope = scopes.CreateAsyncScope();
        scope.ServiceProvider.GetRequiredService<TenantScope>().EnterPlatform();
        var db = scope.ServiceProvider.GetRequiredService<Db>();
        return await db.RetryOnConflictAsync(async () => // two first requests of one person create one user
        {
            var user = await db.Users.SingleOrDefaultAsync(u => u.Issuer == issuer && u.Subject == subject, ct);
            var named = claims.Tenant ?? user?.TenantId?.Value;
            var tenant = named is null ? null : await TenantDirectory.FindAsync(db, named, ct);
            if (Refuse(user, named, tenant, claims) is { } error)
            {
                return error;
            }

            if (user is null)
            {
                user = db.Add(new User { Id = ids.New<User>(), TenantId = tenant?.Id, Email = "", Name = subject, Issuer = issuer, Subject = subject, CreatedAt = clock.GetUtcNow() }).Entity;
                db.Audit(Line(user));
            }

            if (IsNewest(user, issuedAt))
            {
                await RefreshAsync(db, user, claims, ct);
            }

            await db.SaveChangesAsync(ct);
            var partner = tenant is null ? null : await db.Partners.AsNoTracking().SingleAsync(p => p.Id == tenant.PartnerId, ct);
            return Principal.MaySignIn(user, tenant)
                ? (Result<Principal>)Principal.Of(user, tenant, partner, SignInMethod.Oidc, options.RateLimits)
                : AccessErrors.TokenInvalid.With("The account or its tenant is not active.");
        });
    }

    /// <summary>Where the token's bearer may not be; a person belongs to one tenant for good.</summary>
    private static Error? Refuse(User? user, string? named, Tenant? tenant, TokenClaims claims) =>
        named is not null && tenant is null ? AccessErrors.TenantUnknown.With("The token names a tenant that this server does not have.")
        : user is not null && user.TenantId != tenant?.Id ? AccessErrors.TenantUnknown.With("The token names another tenant than the account's.")
        : tenant is null && user is null && claims.Roles?.Contains(Roles.SuperAdmin) != true ? AccessErrors.TenantUnknown.With("The token names no tenant.")
        : null;

    private static async Task RefreshAsync(Db db, User user, TokenClaims claims, CancellationToken ct)
    {
        user.Email = Cut(claims.Email ?? user.Email, 320);
        user.Name = Cut(claims.Name ?? (user.Name == user.Subject ? claims.Email : null) ?? user.Name, 200);
        user.Roles = claims.Roles?.ToList() ?? user.Roles;
        if (claims.Groups is { } named && user.TenantId is { } tenant)
        {
            var ids = named.Where(g => IdSyntax.Pattern().IsMatch(g)).Select(g => new Id<UserGroup>(g)).ToList();
            var groups = await db.UserGroups.Where(g => g.TenantId == tenant && ids.Contains(g.Id)).Select(g => g.Id).ToListAsync(ct);
            user.Groups = [.. groups.Select(g => g.Value).Order(StringComparer.Ordinal)];
        }
    }

    private static string Cut(string text, int max) => text.Length <= max ? text : text[..max];

    private bool IsNewest(User user, DateTime issuedAt)
    {
        if (_newest.Count > MaxRemembered)
        {
            _newest.Clear();
        }

        return _newest.AddOrUpdate(user.Id, issuedAt, (_, before) => issuedAt > before ? issuedAt : before) <= issuedAt;
    }

    private AuditEntry Line(User user) => new()
    {
        Stream = user.TenantId?.Value ?? AuditEntry.Platform,
        Id = ids.New("audit"),
        Timestamp = clock.GetUtcNow(),
        Action = "user.create",
        ActorId = user.Id.Value,
        ActorType = "user",
        ResourceType = "user",
        ResourceId = user.Id.Value,
        Status = "SUCCESS",
    };
}
