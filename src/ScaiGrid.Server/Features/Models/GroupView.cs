using Microsoft.EntityFrameworkCore;
using ScaiGrid.Server.Access;
using ScaiGrid.Server.Data;
using ScaiGrid.Server.Features.Tenancy;
using ScaiGrid.Server.Kernel;

namespace ScaiGrid.Server.Features.Models;

/// <summary>A model group as the API shows it.</summary>
internal sealed record GroupView(
    Id<ModelGroup> Id, string Name, ModelGroupScope Scope, Id<Partner>? PartnerId, Id<Tenant>? TenantId, bool IsDefault, IReadOnlyList<ModelSlug> Slugs, DateTimeOffset CreatedAt)
{
    public static GroupView Of(ModelGroup g) =>
        new(g.Id, g.Name, g.Scope, g.PartnerId, g.TenantId, g.IsDefault, [.. g.Members.Select(m => m.Slug).OrderBy(s => s.Value, StringComparer.Ordinal)], g.CreatedAt);
}

internal static class GroupQueries
{
    /// <summary>The groups that reach the caller, or that the caller may change. Nobody else is told that they exist.</summary>
    public static IQueryable<ModelGroup> GroupsFor(this Db db, Principal caller)
    {
        var (tenant, partner) = (caller.TenantId, caller.PartnerId);
        var wholePartner = ModelGroupScopes.IsPartnerAdminOf(caller, partner);
        var groups = caller is { IsSuperAdmin: true, TenantId: null } ? db.ModelGroups : db.ModelGroups.Where(g =>
            g.Scope == ModelGroupScope.Global
            || (g.PartnerId != null && g.PartnerId == partner)
            || (g.TenantId != null && (g.TenantId == tenant || (wholePartner && db.Tenants.Any(t => t.Id == g.TenantId && t.PartnerId == partner)))));
        if (caller.ModelGroups is not { } listed)
        {
            return groups;
        }

        var ids = listed.Select(id => new Id<ModelGroup>(id)).ToList();
        return groups.Where(g => ids.Contains(g.Id));
    }

    /// <summary>The group to be changed, or why the caller may not.</summary>
    public static async Task<Result<ModelGroup>> GroupToChangeAsync(this Db db, Principal caller, CatalogueSnapshot catalogue, Id<ModelGroup> id, CancellationToken ct) =>
        await db.GroupsFor(caller).SingleOrDefaultAsync(g => g.Id == id, ct) is not { } group ? ModelErrors.MissingGroup(id)
        : !ModelGroupScopes.Allows(caller, group, catalogue.PartnerOf(group.TenantId)) ? AccessErrors.PermissionDenied.With($"The model group '{id}' is not yours to change.")
        : group;
}
