using ScaiGrid.Server.Access;
using ScaiGrid.Server.Features.Tenancy;
using ScaiGrid.Server.Kernel;

namespace ScaiGrid.Server.Features.Models;

/// <summary>Who may change a model or lend it to a group, and whom a new model or backend belongs to.</summary>
internal static class ModelOwners
{
    /// <summary>Why the caller may not change the model; null when nothing speaks against it.</summary>
    public static Error? RefuseChange(CatalogueSnapshot catalogue, Principal caller, FrontendModel model)
    {
        // A group-restricted key changes nothing that it does not see, whatever its user may.
        var sight = SightOf(catalogue, caller, model);
        return Owns(catalogue, caller, model) && (caller.ModelGroups is null || sight == Sight.Visible) ? null : Refuse(sight, model);
    }

    /// <summary>
    /// Why the caller may not put the model in a group; null when nothing speaks against it. It is not enough to see another
    /// tenant's model: what its owner withdraws must be gone.
    /// </summary>
    public static Error? RefuseLending(CatalogueSnapshot catalogue, Principal caller, FrontendModel model) =>
        model.TenantId is null && SightOf(catalogue, caller, model) == Sight.Visible ? null : RefuseChange(catalogue, caller, model);

    /// <summary>The tenant that a new thing is to belong to; null for the platform.</summary>
    /// <param name="named">The tenant that the request names; null leaves it to the caller's own.</param>
    public static Result<Owner> Choose(CatalogueSnapshot catalogue, Principal caller, Id<Tenant>? named)
    {
        var owner = named ?? caller.TenantId;
        var tenant = owner is { } id ? catalogue.Tenants.GetValueOrDefault(id) : null;
        return !ModelGroupScopes.AllowsOwner(caller, owner, tenant?.PartnerId) || (owner is not null && tenant is null)
            ? KernelErrors.Validation.At("tenant_id", "is not a tenant that you may do this for")
            : new Owner(tenant);
    }

    private static bool Owns(CatalogueSnapshot catalogue, Principal caller, FrontendModel model) =>
        ModelGroupScopes.AllowsOwner(caller, model.TenantId, catalogue.PartnerOf(model.TenantId));

    private static Sight SightOf(CatalogueSnapshot catalogue, Principal caller, FrontendModel model) =>
        catalogue.Find(model.Id) is { } known ? catalogue.See(caller, known) : Sight.NotFound;

    private static Error Refuse(Sight sight, FrontendModel model) => sight switch
    {
        Sight.Visible => AccessErrors.PermissionDenied.With($"The model '{model.Id}' is not yours to change."),
        Sight.Denied => ModelErrors.AccessDenied.With($"The model '{model.Id}' is not shown to you."),
        _ => ModelErrors.Missing(model.Id.Value),
    };
}

/// <param name="Tenant">Null for the platform.</param>
internal sealed record Owner(CatalogueTenant? Tenant)
{
    public Id<Tenant>? Id => Tenant?.Id;
}
