using System.Text.Json;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Protocols.OpenIdConnect;
using ScaiGrid.Server.Kernel;

namespace ScaiGrid.Server.Access.Oidc;

/// <summary>The provider that <see cref="OidcOptions.Authority"/> names. What its tokens say about people is written down here.</summary>
internal sealed class ExternalIssuer(OidcOptions options, IssuerKeys keys, OidcUsers users) : IIssuer
{
    public string Audience => options.Audience!;

    public ValueTask<OpenIdConnectConfiguration?> GetAsync(CancellationToken ct) => keys.GetAsync(ct);

    public Task<OpenIdConnectConfiguration> NewerAsync(OpenIdConnectConfiguration seen, CancellationToken ct) => keys.NewerAsync(seen, ct);

    public Task<Result<Principal>> SignInAsync(JsonWebToken token, JsonElement payload, CancellationToken ct) =>
        users.SignInAsync(token.Issuer, TokenClaims.Read(payload, options.Claims), token.IssuedAt, ct);
}
