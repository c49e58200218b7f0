using ScaiGrid.Server.Access;
using ScaiGrid.Server.Features.Models;
using ScaiGrid.Server.Tests.Cores;
using ScaiGrid.Server.Tests.Host;

namespace ScaiGrid.Server.Tests.Publishing;

/// <summary>Who may add a model to which groups. All others are left out in silence.</summary>
public sealed class GroupScopeTests(World world)
{
    [Theory]
    [InlineData("super_admin", "", "global own_partner foreign_partner own_tenant sibling_tenant foreign_tenant")]
    [InlineData("partner_admin", "", "own_partner own_tenant sibling_tenant")]
    [InlineData("tenant_admin", "", "own_tenant")]
    [InlineData("tenant_user", "scaicore:manage", "")]
    [InlineData("tenant_user", "scaicore:manage models:manage", "own_tenant")]
    [InlineData("partner_admin", "only scaicore:manage", "")]
    [InlineData("super_admin", "only scaicore:manage", "")]
    public async Task A_caller_adds_to_the_groups_of_his_scope_only(string role, string permissions, string allowed)
    {
        var (acme, admin, id) = await world.NewCoreAsync(TestCores.Echo);
        var (sibling, foreign) = (await world.NewTenantAsync(acme.Partner), await world.NewTenantAsync());
        var groups = new Dictionary<string, string>
        {
            ["global"] = await world.NewGroupAsync(ModelGroupScope.Global, null, null),
            ["own_partner"] = await world.NewGroupAsync(ModelGroupScope.Partner, acme.Partner, null),
            ["foreign_partner"] = await world.NewGroupAsync(ModelGroupScope.Partner, foreign.Partner, null),
            ["own_tenant"] = await acme.NewGroupAsync(),
            ["sibling_tenant"] = await sibling.NewGroupAsync(),
            ["foreign_tenant"] = await foreign.NewGroupAsync(),
            ["unknown"] = "mg_unknown",
        };
        var words = permissions.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        var caller = await world.NewCallerAsync(role == Roles.SuperAdmin ? null : acme.Tenant, [role], words, key: k =>
        {
            if (words is ["only", ..])
            {
                k.Permissions = [.. words[1..]];
            }
        });

        var core = await caller.Http.PublishAsync(id, [.. groups.Values]);

        var expected = allowed.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(name => groups[name]).Order().ToArray();
        Assert.Equal(expected, core.At("publication.group_ids").EnumerateArray().Select(g => g.GetString()!).Order());
        Assert.Equal(groups.Values.Except(expected).Order(), core.At("publication.dropped_group_ids").EnumerateArray().Select(g => g.GetString()!).Order());
        Assert.Equal(expected, (await acme.RowsAsync()).Memberships.Select(m => m.Group).Order());

        await admin.UnpublishAsync(id); // whoever may unpublish takes the slug out of every group, in scope or not
        Assert.Empty((await acme.RowsAsync()).Memberships);
    }
}
