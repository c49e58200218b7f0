using ScaiGrid.Server.Access;
using ScaiGrid.Server.Features.Tenancy;
using ScaiGrid.Server.Kernel;

namespace ScaiGrid.Server.Features.Catalog;

/// <summary>The tenant whose catalog is meant: the caller's, or the one that a super admin names.</summary>
internal sealed record CatalogTenant(Id<Tenant> Id, Error? Fault) : IRefusable
{
    public static ValueTask<CatalogTenant?> BindAsync(HttpContext context) => ValueTask.FromResult<CatalogTenant?>(context.Features.Get<Principal>()?.TenantId is { } tenant
        ? new(tenant, null)
        : new(default, AccessErrors.TenantRequired.With("Name the tenant with ?tenant_id= or in the header X-Tenant-Id.")));
}
