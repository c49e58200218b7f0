using System.Text.Json;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Protocols.OpenIdConnect;
using ScaiGrid.Server.Kernel;

namespace ScaiGrid.Server.Access.Oidc;

/// <summary>Whose access tokens are accepted: an external provider's, or this server's own.</summary>
internal interface IIssuer
{
    /// <summary>What a token's <c>aud</c> must name.</summary>
    string Audience { get; }

    /// <summary>The issuer's name and the keys it signs with.</summary>
    /// <returns>Null when it could never be reached.</returns>
    ValueTask<OpenIdConnectConfiguration?> GetAsync(CancellationToken ct);

    /// <summary>For a key that <paramref name="seen"/> lacks: newer ones, or the same when it is too soon to ask again.</summary>
    Task<OpenIdConnectConfiguration> NewerAsync(OpenIdConnectConfiguration seen, CancellationToken ct);

    /// <summary>The principal behind a token whose signature, issuer, audience and lifetime are good.</summary>
    Task<Result<Principal>> SignInAsync(JsonWebToken token, JsonElement payload, CancellationToken ct);
}
