using Microsoft.EntityFrameworkCore;
using ScaiGrid.Server.Access;
using ScaiGrid.Server.Data;
using ScaiGrid.Server.Features.Tenancy;
using ScaiGrid.Server.Kernel;

namespace ScaiGrid.Server.Features.Users;

/// <summary>Which people a caller with <c>users:manage</c> sees: those of the tenant that the caller acts in; super admins who named none see everybody.</summary>
internal static class UserReach
{
    public static IQueryable<User> Reach(this IQueryable<User> users, Principal caller)
    {
        var tenant = caller.TenantId;
        users = users.Where(u => u.Status != UserStatus.Deleted);
        return tenant is null && caller.IsSuperAdmin ? users : users.Where(u => u.TenantId == tenant);
    }

    /// <summary>A user whom the caller may change.</summary>
    public static async Task<Result<User>> UserToChangeAsync(this Db db, Principal caller, Id<User> id, CancellationToken ct) =>
        await db.Users.Reach(caller).SingleOrDefaultAsync(u => u.Id == id, ct) is not { } user ? NotFound(id)
        : Authority.MayMore(user, caller) ? AccessErrors.PermissionDenied.With("That user may do more than you.")
        : user;

    public static Error NotFound(Id<User> id) => UserErrors.NotFound.With($"There is no user '{id}'.");

    /// <summary>The custom roles of those ids, each that is not there or may more than the caller a fault.</summary>
    public static async Task<List<CustomRole>> RolesAsync(Db db, Principal caller, Id<Tenant>? tenant, IReadOnlyList<string> ids, List<Fault> faults, CancellationToken ct)
    {
        var named = ids.Where(i => IdSyntax.Pattern().IsMatch(i)).Select(i => new Id<CustomRole>(i)).ToList();
        var roles = named.Count == 0 ? [] : await db.CustomRoles.Where(r => r.TenantId == tenant && named.Contains(r.Id)).ToListAsync(ct);
        foreach (var (index, id) in ids.Index())
        {
            if (roles.Find(r => r.Id.Value == id) is not { } role)
            {
                faults.Add(new($"custom_role_ids[{index}]", $"'{id}' is not a custom role of the tenant"));
            }
            else if (!caller.Permissions.IsSupersetOf(role.Permissions))
            {
                faults.Add(new($"custom_role_ids[{index}]", $"'{id}' may do more than you"));
            }
        }

        return roles;
    }

    /// <summary>The ids of groups, each that the tenant does not have a fault.</summary>
    public static async Task<List<string>> GroupsAsync(Db db, Id<Tenant>? tenant, IReadOnlyList<string> ids, List<Fault> faults, CancellationToken ct)
    {
        var named = ids.Where(i => IdSyntax.Pattern().IsMatch(i)).Select(i => new Id<UserGroup>(i)).ToList();
        var groups = named.Count == 0 ? [] : await db.UserGroups.Where(g => g.TenantId == tenant && named.Contains(g.Id)).Select(g => g.Id).ToListAsync(ct);
        faults.AddRange(ids.Index().Where(i => groups.TrueForAll(g => g.Value != i.Item)).Select(i => new Fault($"groups[{i.Index}]", $"'{i.Item}' is not a group of the tenant")));
        return [.. groups.Select(g => g.Value).Order(StringComparer.Ordinal)];
    }
}
