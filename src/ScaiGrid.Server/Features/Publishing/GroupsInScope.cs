using Microsoft.EntityFrameworkCore;
using ScaiGrid.Server.Access;
using ScaiGrid.Server.Data;
using ScaiGrid.Server.Features.Models;
using ScaiGrid.Server.Kernel;

namespace ScaiGrid.Server.Features.Publishing;

internal static class GroupsInScope
{
    /// <summary>The requested model groups that the caller may add to; unknown ones and others are left out in silence, as the contract has it.</summary>
    public static async Task<List<ModelGroup>> OfAsync(Db db, Principal caller, IReadOnlyList<string> requested, CancellationToken ct)
    {
        if (requested.Count == 0 || !caller.May(Permissions.ModelsManage))
        {
            return [];
        }

        var ids = requested.Select(id => new Id<ModelGroup>(id)).ToList();
        var found = await db.ModelGroups.Where(g => ids.Contains(g.Id))
            .Select(g => new { Group = g, PartnerOfTenant = db.Tenants.Where(t => t.Id == g.TenantId).Select(t => (Id<Tenancy.Partner>?)t.PartnerId).FirstOrDefault() })
            .ToListAsync(ct);
        return [.. found.Where(f => ModelGroupScopes.Allows(caller, f.Group, f.PartnerOfTenant)).Select(f => f.Group)];
    }
}
