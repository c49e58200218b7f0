using System.Collections.Frozen;

namespace ScaiGrid.Server.Access;

/// <summary>The built-in roles and what each may do.</summary>
internal static class Roles
{
    public const string SuperAdmin = "super_admin", PartnerAdmin = "partner_admin", TenantAdmin = "tenant_admin", TenantUser = "tenant_user", TenantViewer = "tenant_viewer";

    /// <summary>From the most to the least powerful.</summary>
    public static readonly IReadOnlyList<string> Names = [SuperAdmin, PartnerAdmin, TenantAdmin, TenantUser, TenantViewer];

    private static readonly FrozenDictionary<string, FrozenSet<string>> Table = new Dictionary<string, FrozenSet<string>>
    {
        [SuperAdmin] = Permissions.All,
        [PartnerAdmin] = Permissions.All.Except([Permissions.RoutingManage]).ToFrozenSet(),
        [TenantAdmin] = Permissions.All.Except([Permissions.RoutingManage, Permissions.AccountingViewPartner]).ToFrozenSet(),
        [TenantUser] = [Permissions.ModelsList, Permissions.ModelsUse, Permissions.AccountingViewOwn, Permissions.ApiKeysManage],
        [TenantViewer] = [Permissions.ModelsList, Permissions.AccountingViewOwn, Permissions.CoreView],
    }.ToFrozenDictionary();

    public static bool Exists(string role) => Table.ContainsKey(role);

    /// <summary>All that the roles and the direct grants together allow; words that are not permissions count for nothing.</summary>
    public static FrozenSet<string> PermissionsOf(IEnumerable<string> roles, IEnumerable<string> grants) => roles
        .SelectMany(role => Table.TryGetValue(role, out var permissions) ? permissions : [])
        .Concat(grants.Where(Permissions.All.Contains))
        .ToFrozenSet();
}
