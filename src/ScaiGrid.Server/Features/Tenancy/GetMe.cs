using Microsoft.EntityFrameworkCore;
using ScaiGrid.Server.Access;
using ScaiGrid.Server.Data;
using ScaiGrid.Server.Features.ApiKeys;
using ScaiGrid.Server.Kernel;

namespace ScaiGrid.Server.Features.Tenancy;

/// <summary><c>GET /v1/me</c>: who the server takes the caller for.</summary>
internal static class GetMe
{
    public sealed record Organisation(string Id, string Slug, string Name);

    /// <param name="Tenant">The tenant that this request acts in; null for a super admin who named none.</param>
    /// <param name="Permissions">What this sign-in may, all considered.</param>
    /// <param name="Groups">Ids of the user groups that the caller is in.</param>
    /// <param name="ApiKey">The key that was used; null when none was.</param>
    public sealed record Response(
        string Id, string Email, string Name, Organisation? Tenant, Organisation? Partner, IReadOnlyList<string> Roles,
        IReadOnlyList<string> Permissions, IReadOnlyList<string> Groups, SignInMethod SignIn, ApiKeyView? ApiKey);

    public static void Map(IEndpointRouteBuilder routes) => routes
        .MapGet("/v1/me", HandleAsync)
        .WithName("GetMe")
        .WithSummary("Your profile, tenant, roles and permissions, and how you signed in")
        .WithTags("Access")
        .RequiresSignIn()
        .Answers<Response>();

    private static async Task<IResult> HandleAsync(Principal caller, Db db, CancellationToken ct)
    {
        var tenant = await db.Tenants.AsNoTracking().SingleOrDefaultAsync(t => t.Id == caller.TenantId, ct);
        var partner = await db.Partners.AsNoTracking().SingleOrDefaultAsync(p => p.Id == caller.PartnerId, ct);
        var key = caller.ApiKeyId is { } id ? await db.ApiKeys.AsNoTracking().SingleOrDefaultAsync(k => k.Id == id, ct) : null;
        return Reply.Ok(new Response(
            caller.UserId.Value,
            caller.Email,
            caller.Name,
            tenant is null ? null : new(tenant.Id.Value, tenant.Slug.Value, tenant.Name),
            partner is null ? null : new(partner.Id.Value, partner.Slug.Value, partner.Name),
            [.. caller.Roles.Order(StringComparer.Ordinal)],
            [.. caller.Permissions.Order(StringComparer.Ordinal)],
            [.. caller.Groups.Order(StringComparer.Ordinal)],
            caller.SignIn,
            key is null ? null : ApiKeyView.Of(key)));
    }
}
