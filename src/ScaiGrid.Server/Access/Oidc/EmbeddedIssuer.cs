using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Protocols.OpenIdConnect;
using ScaiGrid.Server.Data;
using ScaiGrid.Server.Features.SignIn;
using ScaiGrid.Server.Features.Tenancy;
using ScaiGrid.Server.Kernel;

namespace ScaiGrid.Server.Access.Oidc;

/// <summary>
/// This server itself. Its tokens name a person through a <see cref="Grant"/>, or a service client; what either may do is read from the
/// database, not from the token, and a revoked grant ends the tokens that came of it.
/// </summary>
internal sealed class EmbeddedIssuer(SigningKeys keys, IssuerAddress address, IServiceScopeFactory scopes, ServerOptions options, TimeProvider clock) : IIssuer
{
    /// <summary>RFC 9068; an id token, signed with the same keys, is no access token.</summary>
    public const string AccessTokenType = "at+jwt";

    /// <summary>The claim that names the grant; a service client's token has none.</summary>
    public const string GrantClaim = "grant";

    /// <summary>Between two readings for keys that nobody knows, so that nobody can make the server read by sending tokens.</summary>
    private static readonly TimeSpan MinInterval = TimeSpan.FromSeconds(1);

    private DateTimeOffset _reloadedAt = DateTimeOffset.MinValue;

    public string Audience => options.Oidc.Audience ?? address.Root;

    public async ValueTask<OpenIdConnectConfiguration?> GetAsync(CancellationToken ct) => Describe(await keys.GetAsync(ct));

    public async Task<OpenIdConnectConfiguration> NewerAsync(OpenIdConnectConfiguration seen, CancellationToken ct)
    {
        if (clock.GetUtcNow() - _reloadedAt < MinInterval)
        {
            return seen;
        }

        _reloadedAt = clock.GetUtcNow();
        return Describe(await keys.ReloadAsync(ct));
    }

    public async Task<Result<Principal>> SignInAsync(JsonWebToken token, JsonElement payload, CancellationToken ct)
    {
        if (token.Typ != AccessTokenType || string.IsNullOrEmpty(token.Subject))
        {
            return AccessErrors.TokenInvalid.With("This is not an access token.");
        }

        await using var scope = scopes.CreateAsyncScope();
        scope.ServiceProvider.GetRequiredService<TenantScope>().EnterPlatform();
        var db = scope.ServiceProvider.GetRequiredService<Db>();
        var principal = token.TryGetPayloadValue<string>(GrantClaim, out var grant)
            ? await PersonAsync(db, new(grant), token.Subject, ct)
            : await ClientAsync(db, new(token.Subject), ct);
        return principal is null ? AccessErrors.TokenInvalid.With("The sign-in was revoked, or the account or its tenant is not active.") : principal;
    }

    private OpenIdConnectConfiguration Describe(KeyRing ring)
    {
        var described = new OpenIdConnectConfiguration { Issuer = address.Issuer };
        foreach (var key in ring.All)
        {
            described.SigningKeys.Add(key);
        }

        return described;
    }

    private async Task<Principal?> PersonAsync(Db db, Id<Grant> id, string subject, CancellationToken ct)
    {
        var row = await db.Grants.AsNoTracking().Where(g => g.Id == id)
            .Join(db.Users.AsNoTracking(), g => g.UserId, u => u.Id, (g, u) => new { Grant = g, User = u })
            .SingleOrDefaultAsync(ct);
        if (row is null || row.User.Id.Value != subject || !row.Grant.IsGood(row.User, clock.GetUtcNow()))
        {
            return null;
        }

        var (tenant, partner) = await StandingAsync(db, row.User.TenantId, ct);
        return Principal.MaySignIn(row.User, tenant) ? Principal.Of(row.User, tenant, partner, SignInMethod.Oidc, options.RateLimits) : null;
    }

    private async Task<Principal?> ClientAsync(Db db, Id<ServiceClient> id, CancellationToken ct)
    {
        var client = await db.ServiceClients.AsNoTracking().SingleOrDefaultAsync(c => c.Id == id, ct);
        if (client is null)
        {
            return null;
        }

        var (tenant, partner) = await StandingAsync(db, client.TenantId, ct);
        var person = client.AsUser();
        return Principal.MaySignIn(person, tenant)
            ? Principal.Of(person, tenant, partner, SignInMethod.Oidc, options.RateLimits) with { ServiceClientId = client.Id }
            : null;
    }

    private static async Task<(Tenant? Tenant, Partner? Partner)> StandingAsync(Db db, Id<Tenant>? id, CancellationToken ct)
    {
        var tenant = id is null ? null : await db.Tenants.AsNoTracking().SingleAsync(t => t.Id == id, ct);
        return (tenant, tenant is null ? null : await db.Partners.AsNoTracking().SingleAsync(p => p.Id == tenant.PartnerId, ct));
    }
}
