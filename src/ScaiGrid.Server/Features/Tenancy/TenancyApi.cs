using ScaiGrid.Server.Access;
using ScaiGrid.Server.Kernel;

namespace ScaiGrid.Server.Features.Tenancy;

/// <summary><c>/v1/tenants</c> and <c>/v1/partners</c>, for super admins and, within their partner, partner admins.</summary>
internal static class TenancyApi
{
    public static void MapTenancy(this IEndpointRouteBuilder routes)
    {
        var tenants = routes.MapGroup("/v1/tenants").WithTags("Tenancy").AddEndpointFilter<Refusals>();
        ReadTenants.Map(tenants);
        CreateTenant.Map(tenants);
        UpdateTenant.Map(tenants);

        Partners.Map(routes.MapGroup("/v1/partners").WithTags("Tenancy").AddEndpointFilter<Refusals>());
    }

    /// <summary>Null when the caller looks after tenants at all.</summary>
    public static Error? RefuseOthers(Principal caller) => caller.IsSuperAdmin || caller.Roles.Contains(Roles.PartnerAdmin)
        ? null
        : AccessErrors.PermissionDenied.With("Tenants and partners are looked after by super admins and partner admins.");

    public static void Check(string? name, int? rate, List<Fault> faults)
    {
        if (name is not null && name.Trim().Length is 0 or > 200)
        {
            faults.Add(new("name", "must have 1 to 200 characters"));
        }

        if (rate is < 0 or > 1_000_000)
        {
            faults.Add(new("rate_limit", "must be from 0 (unlimited) to 1000000"));
        }
    }
}
