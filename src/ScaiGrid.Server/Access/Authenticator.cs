using ScaiGrid.Server.Kernel;

namespace ScaiGrid.Server.Access;

/// <summary>Finds out who calls, from the bearer token and, for those who may choose, the tenant that they name.</summary>
internal sealed class Authenticator(ApiKeyDirectory apiKeys, TimeProvider clock)
{
    public async ValueTask<Result<Principal>> AuthenticateAsync(HttpContext context)
    {
        if (context.Request.Headers.Authorization is not [{ } header] || !header.StartsWith("Bearer ", StringComparison.OrdinalIgnoreCase))
        {
            return AccessErrors.TokenMissing.With("Send 'Authorization: Bearer …' with an API key or an access token.");
        }

        var token = header.AsSpan(7).Trim();
        var found = token.StartsWith(ApiKeySecret.Prefix) ? await apiKeys.FindAsync(token, context.RequestAborted) : null;
        return found is null || found.ExpiresAt <= clock.GetUtcNow()
            ? AccessErrors.TokenInvalid.With("The token is unknown, expired or revoked.")
            : found;
    }
}
