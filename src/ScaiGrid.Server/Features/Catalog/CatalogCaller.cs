using ScaiGrid.Server.Access;

namespace ScaiGrid.Server.Features.Catalog;

/// <summary>What a caller is to the catalog of the tenant that they act in.</summary>
internal static class CatalogCaller
{
    extension(Principal caller)
    {
        /// <summary>Sees and changes every package of the tenant.</summary>
        public bool AdministersCatalog => caller.IsSuperAdmin || caller.Roles.Contains(Roles.TenantAdmin) || caller.Roles.Contains(Roles.PartnerAdmin);

        public IReadOnlyList<string> CatalogAudiences => [Audience.WholeTenant, Audience.OfUser(caller.UserId), .. caller.Groups.Select(Audience.OfGroup)];
    }
}
