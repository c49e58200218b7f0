using System.Security.Cryptography;
using System.Text;
using ScaiGrid.Server.Access.Oidc;
using ScaiGrid.Server.Access.RateLimiting;
using ScaiGrid.Server.Features.Tenancy;
using ScaiGrid.Server.Kernel;

namespace ScaiGrid.Server.Access;

/// <summary>Finds out who calls, from the bearer token and, for those who may choose, the tenant that they name.</summary>
internal sealed class Authenticator(ApiKeyDirectory apiKeys, OidcTokens tokens, TenantDirectory tenants, ServerOptions options, TimeProvider clock)
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
            principal = await apiKeys.FindAsync(header, token.Span, context.RequestAborted);
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

    /// <summary>Whoever has the development token, which is good for nothing but the endpoints that ask for it.</summary>
    public async ValueTask<Result<Principal>> AuthenticateDeveloperAsync(HttpContext context)
    {
        if (context.Request.Headers.Authorization is not [{ } header] || !header.StartsWith("Bearer ", StringComparison.OrdinalIgnoreCase))
        {
            return AccessErrors.TokenMissing.With("Send 'Authorization: Bearer …' with the development token.");
        }

        // Digests are of one length, so that comparing them tells nothing about the token, not even that.
        if (options is not { DevToken: { } expected, DevTenant: { } named }
            || !CryptographicOperations.FixedTimeEquals(SHA256.HashData(Encoding.UTF8.GetBytes(header[7..].Trim())), SHA256.HashData(Encoding.UTF8.GetBytes(expected))))
        {
            return AccessErrors.TokenInvalid.With("This is not the development token.");
        }

        return await tenants.FindAsync(named, context.RequestAborted) is { Status: TenantStatus.Active } tenant
            ? new Principal
            {
                UserId = new("developer"),
                Email = "",
                Name = "Developer",
                SignIn = SignInMethod.DevToken,
                TenantId = tenant.Id,
                TenantSlug = tenant.Slug,
                PartnerId = tenant.PartnerId,
                Permissions = [Permissions.CoreView, Permissions.CoreManage],
                Quotas = options.RateLimits.PerUser > 0 ? [new(RateLevel.User, "developer", options.RateLimits.PerUser)] : [],
            }
            : AccessErrors.TenantUnknown.With("The option DevTenant names no active tenant of this server.");
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
