using System.Collections.Frozen;
using ScaiGrid.Server.Access;
using ScaiGrid.Server.Features.Tenancy;
using ScaiGrid.Server.Kernel;

namespace ScaiGrid.Server.Features.Models;

/// <summary>What a caller learns of a model.</summary>
internal enum Sight
{
    Visible,

    /// <summary>As if it did not exist: it is another tenant's.</summary>
    NotFound,

    /// <summary>It is known to exist, and is not for this caller.</summary>
    Denied,
}

/// <summary>Who sees which model.</summary>
internal static class Visibility
{
    /// <param name="tenant">The caller's tenant; null when the caller acts in none.</param>
    public static Sight See(Principal principal, CatalogueTenant? tenant, CatalogueModel model) =>
        IsShown(principal, tenant, model) ? Sight.Visible
        : model.Row.TenantId is { } owner && owner != principal.TenantId ? Sight.NotFound
        : Sight.Denied;

    /// <summary>A group reaches everybody, the tenants of its partner, or its own tenant.</summary>
    public static bool Reaches(ModelGroupScope scope, Id<Partner>? partner, Id<Tenant>? tenant, Principal principal) => scope switch
    {
        ModelGroupScope.Global => true,
        ModelGroupScope.Partner => partner is not null && partner == principal.PartnerId,
        _ => tenant is not null && tenant == principal.TenantId,
    };

    private static bool IsShown(Principal principal, CatalogueTenant? tenant, CatalogueModel model)
    {
        var wholePlatform = principal is { IsSuperAdmin: true, TenantId: null };
        if (principal.ModelGroups is { } listed)
        {
            return StandsInReach(principal, wholePlatform, model, listed);
        }

        return wholePlatform
            || StandsInReach(principal, wholePlatform, model, listed: null)
            || (tenant is not { RestrictModelsToGroups: true } && IsOwnOrEverybodys(principal, model));
    }

    private static bool StandsInReach(Principal principal, bool wholePlatform, CatalogueModel model, FrozenSet<string>? listed)
    {
        foreach (var group in model.Groups)
        {
            if ((listed is null || listed.Contains(group.Id.Value))
                && (wholePlatform || Reaches(group.Scope, group.PartnerId, group.TenantId, principal)))
            {
                return true;
            }
        }

        return false;
    }

    private static bool IsOwnOrEverybodys(Principal principal, CatalogueModel model) =>
        model.Row.TenantId is not { } owner
        || owner == principal.TenantId
        || ModelGroupScopes.IsPartnerAdminOf(principal, model.PartnerId);
}
