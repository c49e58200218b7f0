using Microsoft.EntityFrameworkCore;
using ScaiGrid.Server.Access;
using ScaiGrid.Server.Data;
using ScaiGrid.Server.Kernel;

namespace ScaiGrid.Server.Features.Tenancy;

/// <param name="RestrictModelsToGroups">True lets its callers see only models that stand in a group within reach.</param>
/// <param name="RateLimit">Requests in 60 seconds over all its users; null = the server's default, 0 = unlimited.</param>
internal sealed record TenantView(string Id, string PartnerId, string Slug, string Name, TenantStatus Status, bool RestrictModelsToGroups, int? RateLimit)
{
    public static TenantView Of(Tenant t) => new(t.Id.Value, t.PartnerId.Value, t.Slug.Value, t.Name, t.Status, t.RestrictModelsToGroups, t.RateLimit);
}

/// <summary><c>GET /v1/tenants</c> and <c>GET /v1/tenants/{id}</c>.</summary>
internal static class ReadTenants
{
    public static void Map(IEndpointRouteBuilder tenants)
    {
        tenants.MapGet("", ListAsync)
            .WithName("ListTenants")
            .WithSummary("List tenants: all of them for super admins, those of the own partner for partner admins")
            .Requires(Permissions.AdminAccess)
            .AnswersPage<TenantView>()
            .ProducesErrors(KernelErrors.Validation, AccessErrors.PermissionDenied);
        tenants.MapGet("/{id}", GetAsync)
            .WithName("GetTenant")
            .WithSummary("Get a tenant")
            .Requires(Permissions.AdminAccess)
            .Answers<TenantView>()
            .ProducesErrors(TenancyErrors.TenantNotFound, AccessErrors.PermissionDenied);
    }

    public static IQueryable<Tenant> Reach(this IQueryable<Tenant> tenants, Principal caller)
    {
        var partner = caller.PartnerId;
        return caller.IsSuperAdmin ? tenants : tenants.Where(t => t.PartnerId == partner);
    }

    public static Error NotFound(Id<Tenant> id) => TenancyErrors.TenantNotFound.With($"There is no tenant '{id}'.");

    private static async Task<IResult> ListAsync(Paging paging, Choice<TenantStatus> status, Principal caller, Db db, CancellationToken ct)
    {
        if (TenancyApi.RefuseOthers(caller) is { } refused)
        {
            return refused.ToResult();
        }

        var tenants = db.Tenants.AsNoTracking().Reach(caller);
        tenants = status.Value is { } wanted ? tenants.Where(t => t.Status == wanted) : tenants;
        if (paging.After is { } after)
        {
            var last = new Id<Tenant>(after);
            tenants = tenants.Where(t => t.Id > last);
        }

        var page = await tenants.OrderBy(t => t.Id).Take(paging.Limit + 1).ToListAsync(ct);
        return Reply.Page(paging.Cut(page, t => t.Id.Value, TenantView.Of));
    }

    private static async Task<IResult> GetAsync(Id<Tenant> id, Principal caller, Db db, CancellationToken ct) =>
        TenancyApi.RefuseOthers(caller) is { } refused ? refused.ToResult()
        : await db.Tenants.AsNoTracking().Reach(caller).SingleOrDefaultAsync(t => t.Id == id, ct) is { } tenant ? Reply.Ok(TenantView.Of(tenant))
        : NotFound(id).ToResult();
}
