using ScaiGrid.Server.Access.Oidc;
using ScaiGrid.Server.Kernel;

namespace ScaiGrid.Server.Access;

/// <summary>Finds out who calls, from the bearer token and, for those who may choose, the tenant that they name.</summary>
internal sealed class Authenticator(ApiKeyDirectory apiKeys, OidcTokens tokens, TenantDirectory tenants, TimeProvider clock)
{
    /// <summary>Names the tenant to act in, by id or slug; for super admins, and for partner admins within their partner.</summary>
    public const string TenantHeader = "X-Tenant-Id";

    public async ValueTask<Result<Principal>> AuthenticateAsync(HttpContext context)
    {
        if (context.Request.Headers.Authorization is not [{ } header] || !header.StartsWith("Bearer ", StringComparison.OrdinalIgnoreCase))
        {
            return AccessErrors.TokenMissing.With("Send 'Authorization: Bearer …' with an API key or an access token.");
        }

        var token = header.AsMemory(7).Trim();
        Principal? principal;
        if (token.Span.StartsWith(ApiKeySecret.Prefix))
        {
            principal = await apiKeys.FindAsync(token.Span, context.RequestAborted);
        }
        else if (!(await tokens.FindAsync(token, context.RequestAborted)).Succeeded(out principal, out var error))
        {
            return error;
        }

        if (principal is null || principal.ExpiresAt <= clock.GetUtcNow())
        {
            return AccessErrors.TokenInvalid.With("The token is unknown, expired or revoked.");
        }

        var named = context.Request.Headers[TenantHeader];
        if (named.Count == 0 && context.GetEndpoint()?.Metadata.GetMetadata<TenantFromQuery>() is not null)
        {
            named = context.Request.Query[TenantFromQuery.Name];
        }

        return named.Count > 0 ? await ActInAsync(principal, named.ToString(), context.RequestAborted) : principal;
    }

    private async ValueTask<Result<Principal>> ActInAsync(Principal principal, string named, CancellationToken ct)
    {
        if (principal.TenantId is { } own && (own.Value == named || principal.TenantSlug?.Value == named))
        {
            return principal;
        }

        // Asked only for those who may choose, so that nobody else learns which tenants there are.
        var mayChoose = principal.IsSuperAdmin || principal.Roles.Contains(Roles.PartnerAdmin);
        var tenant = mayChoose ? await tenants.FindAsync(named, ct) : null;
        return tenant is not null && (principal.IsSuperAdmin || tenant.PartnerId == principal.PartnerId)
            ? principal with { TenantId = tenant.Id, TenantSlug = tenant.Slug, PartnerId = tenant.PartnerId }
            : AccessErrors.TenantUnknown.With($"{TenantHeader} or {TenantFromQuery.Name} names no tenant that you may act in.");
    }
}
