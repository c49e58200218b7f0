using ScaiGrid.Server.Access;
using ScaiGrid.Server.Features.Tenancy;
using ScaiGrid.Server.Kernel;

namespace ScaiGrid.Server.Features.Models;

/// <summary>
/// Whose groups, models and backends a caller with <c>models:manage</c> may change: a super admin anybody's; a partner admin
/// those of the own partner and its tenants; everybody else those of the own tenant.
/// </summary>
internal static class ModelGroupScopes
{
    /// <param name="tenantsPartner">The partner of the group's tenant; null when the group belongs to none.</param>
    public static bool Allows(Principal principal, ModelGroup group, Id<Partner>? tenantsPartner) =>
        Allows(principal, group.Scope, group.PartnerId, group.TenantId, tenantsPartner);

    /// <inheritdoc cref="Allows(Principal, ModelGroup, Id{Partner}?)"/>
    public static bool Allows(Principal principal, ModelGroupScope scope, Id<Partner>? partner, Id<Tenant>? tenant, Id<Partner>? tenantsPartner) => scope switch
    {
        ModelGroupScope.Global => principal.IsSuperAdmin,
        ModelGroupScope.Partner => principal.IsSuperAdmin || IsPartnerAdminOf(principal, partner),
        _ => AllowsOwner(principal, tenant, tenantsPartner),
    };

    /// <summary>The same for a thing that belongs to a tenant or, when that is null, to the platform.</summary>
    public static bool AllowsOwner(Principal principal, Id<Tenant>? tenant, Id<Partner>? tenantsPartner) =>
        principal.IsSuperAdmin || (tenant is not null && (tenant == principal.TenantId || IsPartnerAdminOf(principal, tenantsPartner)));

    public static bool IsPartnerAdminOf(Principal principal, Id<Partner>? partner) =>
        partner is not null && partner == principal.PartnerId && principal.Roles.Contains(Roles.PartnerAdmin);
}
