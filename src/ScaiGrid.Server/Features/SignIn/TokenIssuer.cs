using System.Text.Json.Serialization;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;
using ScaiGrid.Server.Access.Oidc;
using ScaiGrid.Server.Features.Tenancy;
using ScaiGrid.Server.Kernel;

namespace ScaiGrid.Server.Features.SignIn;

/// <summary>What the token endpoint answers (RFC 6749, section 5.1).</summary>
/// <param name="ExpiresIn">Seconds.</param>
internal sealed record Tokens(
    string AccessToken,
    string TokenType,
    int ExpiresIn,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Scope = null,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? RefreshToken = null,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? IdToken = null);

/// <summary>Signs tokens: access tokens as RFC 9068 has them, and id tokens.</summary>
internal sealed class TokenIssuer(SigningKeys keys, IssuerAddress address, IIssuer issuer, ServerOptions options, IdSource ids, TimeProvider clock)
{
    private static readonly JsonWebTokenHandler Handler = new() { SetDefaultTimesOnTokenCreation = false };

    /// <param name="scope">Of the grant's, or fewer.</param>
    /// <param name="refreshToken">The next one.</param>
    public async Task<Tokens> ForPersonAsync(Account account, Grant grant, string scope, string? refreshToken, CancellationToken ct)
    {
        var ring = await keys.GetAsync(ct);
        var access = ClaimsOf(account, [Scopes.Profile, Scopes.Email]);
        access["client_id"] = grant.ClientId;
        access["scope"] = scope;
        access["jti"] = ids.New("at");
        access[EmbeddedIssuer.GrantClaim] = grant.Id.Value;
        return Answer(Sign(ring, issuer.Audience, EmbeddedIssuer.AccessTokenType, access)) with
        {
            Scope = scope,
            RefreshToken = refreshToken,
            IdToken = scope.Split(' ').Contains(Scopes.OpenId) ? Sign(ring, grant.ClientId, "JWT", IdClaims(account, grant, scope)) : null,
        };
    }

    public async Task<Tokens> ForClientAsync(ServiceClient client, CancellationToken ct)
    {
        var claims = ClaimsOf(new(client.AsUser(), null), [Scopes.Profile]);
        claims["client_id"] = client.Id.Value;
        claims["jti"] = ids.New("at");
        return Answer(Sign(await keys.GetAsync(ct), issuer.Audience, EmbeddedIssuer.AccessTokenType, claims));
    }

    /// <summary>What the scopes tell of a person.</summary>
    public static Dictionary<string, object> ClaimsOf(Account account, IReadOnlyCollection<string> scopes)
    {
        var user = account.User;
        var claims = new Dictionary<string, object> { ["sub"] = user.Id.Value };
        if (scopes.Contains(Scopes.Email) && user.Email.Length > 0)
        {
            claims["email"] = user.Email;
        }

        if (scopes.Contains(Scopes.Profile))
        {
            claims["name"] = user.Name;
            claims["roles"] = user.Roles.ToArray();
            claims["groups"] = user.Groups.ToArray();
            if (user.TenantId is { } tenant)
            {
                claims["tenant_id"] = tenant.Value;
            }
        }

        return claims;
    }

    private static Dictionary<string, object> IdClaims(Account account, Grant grant, string scope)
    {
        var claims = ClaimsOf(account, scope.Split(' '));
        claims["auth_time"] = grant.AuthTime.ToUnixTimeSeconds();
        if (grant.Nonce is { } nonce)
        {
            claims["nonce"] = nonce;
        }

        return claims;
    }

    private Tokens Answer(string accessToken) => new(accessToken, "Bearer", (int)options.Oidc.AccessTokenLifetime.TotalSeconds);

    private string Sign(KeyRing ring, string audience, string type, Dictionary<string, object> claims)
    {
        var now = clock.GetUtcNow().UtcDateTime;
        return Handler.CreateToken(new SecurityTokenDescriptor
        {
            Issuer = address.Issuer,
            Audience = audience,
            IssuedAt = now,
            Expires = now + options.Oidc.AccessTokenLifetime,
            TokenType = type,
            Claims = claims,
            SigningCredentials = new(ring.Signing, SecurityAlgorithms.RsaSha256),
        });
    }
}
