using Microsoft.EntityFrameworkCore;
using ScaiGrid.Server.Data;
using ScaiGrid.Server.Features.Tenancy;
using ScaiGrid.Server.Kernel;

namespace ScaiGrid.Server.Features.Catalog;

/// <summary>Who is to see a package.</summary>
/// <param name="Groups">Ids of user groups; none unless the visibility is <see cref="PackageVisibility.Groups"/>.</param>
internal sealed record PackageAudience(PackageVisibility Visibility, IReadOnlyList<string> Groups)
{
    public const int MaxGroups = 100;

    /// <returns>Null when nothing is said of visibility, and of no meaning when there are faults.</returns>
    public static async Task<PackageAudience?> CheckAsync(
        Db db, Id<Tenant> tenant, PackageVisibility? visibility, IReadOnlyList<string>? groups, List<Fault> faults, CancellationToken ct)
    {
        if (visibility is null && groups is not { Count: > 0 })
        {
            return null;
        }

        var named = (groups ?? []).Distinct().ToList();
        if (visibility != PackageVisibility.Groups)
        {
            if (named.Count > 0)
            {
                faults.Add(new("visibility_group_ids", "must be empty unless 'visibility' is 'groups'"));
            }

            return new(PackageVisibility.Tenant, []);
        }

        if (named.Count is 0 or > MaxGroups)
        {
            faults.Add(new("visibility_group_ids", $"must name 1 to {MaxGroups} groups when 'visibility' is 'groups'"));
            return null;
        }

        var ids = named.Select(g => new Id<UserGroup>(g)).ToList();
        var known = await db.UserGroups.Where(g => g.TenantId == tenant && ids.Contains(g.Id)).Select(g => g.Id).ToListAsync(ct);
        foreach (var (id, i) in (groups ?? []).Select((id, i) => (id, i)).Where(g => !known.Contains(new(g.id))))
        {
            faults.Add(new($"visibility_group_ids[{i}]", "is no group of this tenant"));
        }

        return new(PackageVisibility.Groups, named);
    }
}
