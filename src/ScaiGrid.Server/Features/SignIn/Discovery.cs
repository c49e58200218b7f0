using Microsoft.IdentityModel.Tokens;
using ScaiGrid.Server.Access;
using ScaiGrid.Server.Access.Oidc;
using ScaiGrid.Server.Kernel;

namespace ScaiGrid.Server.Features.SignIn;

/// <summary><c>GET /auth/.well-known/openid-configuration</c> and <c>GET /auth/jwks</c>: what clients and other servers learn the issuer from.</summary>
internal static class Discovery
{
    private const string Cached = "public, max-age=300";

    /// <summary>OpenID Connect Discovery 1.0, section 3.</summary>
    private sealed record Metadata(
        string Issuer, string AuthorizationEndpoint, string TokenEndpoint, string JwksUri,
        string UserinfoEndpoint, string DeviceAuthorizationEndpoint, string RevocationEndpoint, string EndSessionEndpoint,
        IReadOnlyList<string> ResponseTypesSupported, IReadOnlyList<string> ResponseModesSupported, IReadOnlyList<string> GrantTypesSupported,
        IReadOnlyList<string> SubjectTypesSupported, IReadOnlyList<string> IdTokenSigningAlgValuesSupported,
        IReadOnlyList<string> TokenEndpointAuthMethodsSupported, IReadOnlyList<string> CodeChallengeMethodsSupported, IReadOnlyList<string> ScopesSupported,
        IReadOnlyList<string> ClaimsSupported, IReadOnlyList<string> PromptValuesSupported, bool RequestParameterSupported, bool RequestUriParameterSupported,
        bool ClaimsParameterSupported, bool AuthorizationResponseIssParameterSupported);

    public static void Map(IEndpointRouteBuilder auth)
    {
        auth.MapGet("/.well-known/openid-configuration", Describe).WithName("DescribeIssuer").WithSummary("OpenID Connect discovery").AllowsAnybody();
        auth.MapGet("/jwks", ShowKeysAsync).WithName("ShowSigningKeys").WithSummary("The keys that tokens are signed with").AllowsAnybody();
    }

    private static IResult Describe(HttpContext context, IssuerAddress address)
    {
        var issuer = address.Issuer;
        context.Response.Headers.CacheControl = Cached;
        return Results.Json(
            new Metadata(
                issuer, $"{issuer}/authorize", $"{issuer}/token", $"{issuer}/jwks",
                $"{issuer}/userinfo", $"{issuer}/device", $"{issuer}/revoke", $"{issuer}/end-session",
                ResponseTypesSupported: ["code"],
                ResponseModesSupported: ["query"],
                GrantTypesSupported: ["authorization_code", "refresh_token", "client_credentials", GetTokens.DeviceCode],
                SubjectTypesSupported: ["public"],
                IdTokenSigningAlgValuesSupported: [SecurityAlgorithms.RsaSha256],
                TokenEndpointAuthMethodsSupported: ["client_secret_basic", "client_secret_post", "none"],
                CodeChallengeMethodsSupported: ["S256"],
                Scopes.Known,
                ClaimsSupported: ["sub", "name", "email", "tenant_id", "roles", "groups", "auth_time", "nonce"],
                PromptValuesSupported: ["none", "login", "consent", "select_account"],
                RequestParameterSupported: false,
                RequestUriParameterSupported: false,
                ClaimsParameterSupported: false,
                AuthorizationResponseIssParameterSupported: true),
            Json.Options);
    }

    private static async Task<IResult> ShowKeysAsync(HttpContext context, SigningKeys keys)
    {
        var ring = await keys.GetAsync(context.RequestAborted);
        context.Response.Headers.CacheControl = Cached;
        return Results.Json(new
        {
            keys = ring.All.Select(key => key.Rsa.ExportParameters(includePrivateParameters: false) is var rsa
                ? new Dictionary<string, string>
                {
                    ["kty"] = "RSA",
                    ["use"] = "sig",
                    ["alg"] = SecurityAlgorithms.RsaSha256,
                    ["kid"] = key.KeyId,
                    ["n"] = Base64UrlEncoder.Encode(rsa.Modulus),
                    ["e"] = Base64UrlEncoder.Encode(rsa.Exponent),
                }
                : []),
        });
    }
}
