using Microsoft.EntityFrameworkCore;
using ScaiGrid.Server.Data;

namespace ScaiGrid.Server.Features.Models;

/// <summary>Keeps a tenant from having two default groups.</summary>
internal static class GroupDefaults
{
    /// <summary>
    /// Makes the group its tenant's default in place of any other, as part of the caller's save. Every group of the tenant counts as
    /// changed, so that of two who do this at the same time one must look again.
    /// </summary>
    public static async Task MoveToAsync(Db db, ModelGroup group, CancellationToken ct)
    {
        foreach (var other in await db.ModelGroups.Where(g => g.TenantId == group.TenantId && g.Scope == ModelGroupScope.Tenant).ToListAsync(ct))
        {
            other.IsDefault = other.Id == group.Id;
            db.Entry(other).State = EntityState.Modified;
        }
    }
}
