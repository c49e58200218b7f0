using ScaiGrid.Server.Access;
using ScaiGrid.Server.Tests.Host;

namespace ScaiGrid.Server.Tests.Access;

public sealed class RolesTests
{
    [Fact]
    public void The_documented_table_is_the_one_that_holds()
    {
        var table = string.Concat(
            $"| permission | {string.Join(" | ", Roles.Names)} |\n",
            $"|---|{string.Concat(Roles.Names.Select(_ => ":-:|"))}\n",
            string.Concat(Permissions.All.Order(StringComparer.Ordinal).Select(p =>
                $"| `{p}` | {string.Join(" | ", Roles.Names.Select(role => Roles.PermissionsOf([role], []).Contains(p) ? "✓" : " "))} |\n")));
        var path = Path.Combine(Golden.Root, "docs/access.md");
        const string start = "<!-- roles: written by the tests -->\n", end = "<!-- end -->";
        var text = File.ReadAllText(path);
        var (from, to) = (text.IndexOf(start, StringComparison.Ordinal) + start.Length, text.IndexOf(end, StringComparison.Ordinal));

        Golden.Match("docs/access.md", text[..from] + table + text[to..]);
    }

    [Fact]
    public void Grants_add_to_roles_and_words_that_mean_nothing_add_nothing() =>
        Assert.Equal(
            ["accounting:view_own", "models:list", "routing:view", "scaicore:view"],
            Roles.PermissionsOf([Roles.TenantViewer, "made_up"], [Permissions.RoutingView, "fly"]).Order());

    [Fact]
    public void Nobody_may_what_the_role_above_may_not()
    {
        Assert.Equal(Permissions.All.Order(), Roles.PermissionsOf([Roles.SuperAdmin], []).Order());
        Assert.ProperSubset(Roles.PermissionsOf([Roles.PartnerAdmin], []).ToHashSet(), Roles.PermissionsOf([Roles.TenantAdmin], []).ToHashSet());
        Assert.ProperSubset(Roles.PermissionsOf([Roles.TenantAdmin], []).ToHashSet(), Roles.PermissionsOf([Roles.TenantUser], []).ToHashSet());
    }
}
