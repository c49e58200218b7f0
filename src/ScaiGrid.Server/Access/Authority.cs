using ScaiGrid.Server.Features.Tenancy;
using ScaiGrid.Server.Kernel;

namespace ScaiGrid.Server.Access;

/// <summary>Nobody gives what they do not hold, and nobody changes those who may more.</summary>
internal static class Authority
{
    /// <summary>Roles whose reach goes beyond a tenant: holding all their permissions is not holding them.</summary>
    private static readonly string[] Wide = [Roles.SuperAdmin, Roles.PartnerAdmin];

    /// <summary>Whether a user may something that the caller may not.</summary>
    public static bool MayMore(User user, Principal caller) =>
        !Roles.PermissionsOf(user.Roles, user.Grants).IsSubsetOf(caller.Permissions) || Wide.Any(role => user.Roles.Contains(role) && !HoldsWide(caller, role));

    /// <summary>The faults of giving these roles.</summary>
    public static IEnumerable<Fault> RoleFaults(Principal caller, IReadOnlyList<string> roles, Id<Tenant>? tenant)
    {
        foreach (var (index, role) in roles.Index())
        {
            if (!Roles.Exists(role))
            {
                yield return new($"roles[{index}]", $"'{role}' is not a role; roles are {string.Join(", ", Roles.Names)}");
            }
            else if (role == Roles.SuperAdmin && tenant is not null)
            {
                yield return new($"roles[{index}]", "is for people of the platform, who belong to no tenant");
            }
            else if ((Wide.Contains(role) && !HoldsWide(caller, role)) || !Roles.PermissionsOf([role], []).IsSubsetOf(caller.Permissions))
            {
                yield return new($"roles[{index}]", $"'{role}' may do more than you");
            }
        }
    }

    /// <summary>The faults of giving these permissions.</summary>
    public static IEnumerable<Fault> PermissionFaults(Principal caller, string field, IReadOnlyList<string> permissions)
    {
        foreach (var (index, permission) in permissions.Index())
        {
            if (!Permissions.All.Contains(permission))
            {
                yield return new($"{field}[{index}]", $"'{permission}' is not a permission");
            }
            else if (!caller.May(permission))
            {
                yield return new($"{field}[{index}]", $"'{permission}' is not a permission of yours");
            }
        }
    }

    private static bool HoldsWide(Principal caller, string role) => caller.IsSuperAdmin || caller.Roles.Contains(role);
}
