using System.Net;
using ScaiGrid.Server.Access;
using ScaiGrid.Server.Tests.Host;
using ScaiGrid.Server.Tests.Models;

namespace ScaiGrid.Server.Tests.Users;

/// <summary>Groups of users, and roles of a tenant's own.</summary>
public sealed class GroupsAndRolesTests(World world)
{
    private const string RolesPath = "/v1/iam/custom-roles";

    [Fact]
    public async Task A_group_is_created_filled_renamed_emptied_and_deleted()
    {
        var tenant = await world.NewTenantAsync();
        var admin = await tenant.AsAdminAsync();
        var person = await world.NewCallerAsync(tenant.Tenant, [Roles.TenantUser]);
        var id = (await admin.PostDataAsync("/v1/groups", new { name = " Reviewers " }, HttpStatusCode.Created)).Text("id");
        var (path, member) = ($"/v1/groups/{id}", $"/v1/groups/{id}/members/{person.User.Id}");

        for (var twice = 0; twice < 2; twice++)
        {
            Assert.Equal(HttpStatusCode.NoContent, (await admin.SendAsync(HttpMethod.Put, member)).Status);
        }

        Assert.Equal(id, (await person.Http.GetDataAsync("/v1/me")).GetProperty("groups")[0].GetString());
        Assert.Equal("Approvers", (await admin.DataAsync(HttpMethod.Put, path, new { name = "Approvers" })).Text("name"));
        var shown = await admin.GetDataAsync(path);
        Assert.Equal(("Approvers", person.User.Email), (shown.Text("name"), Assert.Single(shown.GetProperty("members").EnumerateArray()).Text("email")));
        await admin.SendAsync(HttpMethod.Delete, member);
        Assert.Equal(0, (await admin.GetDataAsync(path)).GetProperty("members").GetArrayLength());
        await admin.SendAsync(HttpMethod.Put, member);
        Assert.Equal(HttpStatusCode.NoContent, (await admin.SendAsync(HttpMethod.Delete, path)).Status);
        Assert.Equal(0, (await person.Http.GetDataAsync("/v1/me")).GetProperty("groups").GetArrayLength());
        await admin.RefusedAsync("GET", path, null, HttpStatusCode.NotFound, "USER_GROUP_NOT_FOUND");
        Assert.Equal(
            ["group.delete", "group.member_add", "group.member_remove", "group.update", "group.member_add", "group.create"],
            (await admin.GetDataAsync("/v1/audit-log?resource_type=group&status=SUCCESS")).GetProperty("items").EnumerateArray().Select(e => e.Text("action")));
    }

    [Fact]
    public async Task Groups_of_others_cannot_be_seen_and_people_of_others_cannot_be_put_into_them()
    {
        var (acme, other) = (await world.NewTenantAsync(), await world.NewTenantAsync());
        var (admin, stranger) = (await acme.AsAdminAsync(), await world.NewCallerAsync(other.Tenant, [Roles.TenantAdmin]));
        var id = (await admin.PostDataAsync("/v1/groups", new { name = "G" }, HttpStatusCode.Created)).Text("id");

        await stranger.Http.RefusedAsync("GET", $"/v1/groups/{id}", null, HttpStatusCode.NotFound, "USER_GROUP_NOT_FOUND");
        await stranger.Http.RefusedAsync("PUT", $"/v1/groups/{id}", new { name = "x" }, HttpStatusCode.NotFound, "USER_GROUP_NOT_FOUND");
        await stranger.Http.RefusedAsync("DELETE", $"/v1/groups/{id}", null, HttpStatusCode.NotFound, "USER_GROUP_NOT_FOUND");
        await stranger.Http.RefusedAsync("PUT", $"/v1/groups/{id}/members/{stranger.User.Id}", null, HttpStatusCode.NotFound, "USER_GROUP_NOT_FOUND");
        await admin.RefusedAsync("PUT", $"/v1/groups/{id}/members/{stranger.User.Id}", null, HttpStatusCode.NotFound, "USER_NOT_FOUND");
        await admin.RefusedAsync("POST", "/v1/groups", new { name = " " }, HttpStatusCode.BadRequest, "VALIDATION_ERROR");
        Assert.Empty((await stranger.Http.GetDataAsync("/v1/groups")).GetProperty("items").EnumerateArray());
        await (await acme.AsAsync(Roles.TenantUser)).RefusedAsync("GET", "/v1/groups", null, HttpStatusCode.Forbidden, "AUTHZ_PERMISSION_DENIED");
    }

    [Fact]
    public async Task A_custom_role_gives_what_it_says_to_whoever_holds_it_and_follows_its_changes()
    {
        var tenant = await world.NewTenantAsync();
        var admin = await tenant.AsAdminAsync();
        var person = await world.NewCallerAsync(tenant.Tenant, [Roles.TenantViewer]);

        var role = await admin.PostDataAsync(RolesPath, new { name = "Escalation handler", core_permissions = (string[])["models:use"], module_permissions = (string[])["scaicore:checkpoint_resolve"] }, HttpStatusCode.Created);
        Assert.Equal(("escalation-handler", "models:use", "scaicore:checkpoint_resolve"), (role.Text("slug"), role.GetProperty("core_permissions")[0].GetString(), role.GetProperty("module_permissions")[0].GetString()));
        await admin.DataAsync(HttpMethod.Put, $"/v1/users/{person.User.Id}/roles", new { roles = (string[])["tenant_viewer"], custom_role_ids = (string?[])[role.Text("id")] });
        Assert.Superset(new HashSet<string?> { "models:use", "scaicore:checkpoint_resolve" }, await MayAsync(person));

        await admin.DataAsync(HttpMethod.Put, $"{RolesPath}/{role.Text("id")}", new { name = "Handler", module_permissions = (string[])["scaicore:debug"] });
        var may = await MayAsync(person);
        Assert.Contains("scaicore:debug", may);
        Assert.DoesNotContain("models:use", may);

        Assert.Equal(HttpStatusCode.NoContent, (await admin.SendAsync(HttpMethod.Delete, $"{RolesPath}/{role.Text("id")}")).Status);
        Assert.DoesNotContain("scaicore:debug", await MayAsync(person));
        Assert.Equal(0, (await admin.GetDataAsync($"/v1/users/{person.User.Id}")).GetProperty("custom_role_ids").GetArrayLength());
    }

    [Fact]
    public async Task Nobody_makes_changes_or_gives_a_role_that_may_more_than_they()
    {
        var tenant = await world.NewTenantAsync();
        var admin = await tenant.AsAdminAsync();
        var helper = (await world.NewCallerAsync(tenant.Tenant, [], [Permissions.UsersManage, Permissions.ModelsUse])).Http;
        var person = await world.NewCallerAsync(tenant.Tenant, []);
        var strong = (await admin.PostDataAsync(RolesPath, new { name = "Strong", module_permissions = (string[])["scaicore:admin"] }, HttpStatusCode.Created)).Text("id");

        await helper.RefusedAsync("POST", RolesPath, new { name = "x", core_permissions = (string[])["models:use", "models:manage", "fly"] }, HttpStatusCode.BadRequest, "VALIDATION_ERROR");
        await helper.RefusedAsync("PUT", $"{RolesPath}/{strong}", new { name = "x" }, HttpStatusCode.Forbidden, "AUTHZ_PERMISSION_DENIED");
        await helper.RefusedAsync("DELETE", $"{RolesPath}/{strong}", null, HttpStatusCode.Forbidden, "AUTHZ_PERMISSION_DENIED");
        var error = await helper.RefusedAsync("PUT", $"/v1/users/{person.User.Id}/roles", new { roles = (string[])[], custom_role_ids = (string?[])[strong] }, HttpStatusCode.BadRequest, "VALIDATION_ERROR");
        Assert.Equal(["custom_role_ids[0]"], error.Fields());
        await admin.RefusedAsync("POST", RolesPath, new { name = "strong" }, HttpStatusCode.Conflict, "SLUG_CONFLICT");
        await admin.RefusedAsync("POST", RolesPath, new { name = "!!" }, HttpStatusCode.BadRequest, "VALIDATION_ERROR");
    }

    [Fact]
    public async Task Custom_roles_of_others_cannot_be_seen_or_given()
    {
        var admin = await (await world.NewTenantAsync()).AsAdminAsync();
        var other = await world.NewTenantAsync();
        var (stranger, person) = (await other.AsAdminAsync(), await world.NewCallerAsync(other.Tenant, []));
        var role = (await admin.PostDataAsync(RolesPath, new { name = "R", core_permissions = (string[])["models:use"] }, HttpStatusCode.Created)).Text("id");

        await stranger.RefusedAsync("GET", $"{RolesPath}/{role}", null, HttpStatusCode.NotFound, "CUSTOM_ROLE_NOT_FOUND");
        await stranger.RefusedAsync("PUT", $"{RolesPath}/{role}", new { name = "x" }, HttpStatusCode.NotFound, "CUSTOM_ROLE_NOT_FOUND");
        await stranger.RefusedAsync("DELETE", $"{RolesPath}/{role}", null, HttpStatusCode.NotFound, "CUSTOM_ROLE_NOT_FOUND");
        await stranger.RefusedAsync("PUT", $"/v1/users/{person.User.Id}/roles", new { roles = (string[])[], custom_role_ids = (string?[])[role] }, HttpStatusCode.BadRequest, "VALIDATION_ERROR");
        Assert.Empty((await stranger.GetDataAsync(RolesPath)).GetProperty("items").EnumerateArray());
    }

    private static async Task<HashSet<string?>> MayAsync(TestCaller person) =>
        [.. (await person.Http.GetDataAsync("/v1/me")).GetProperty("permissions").EnumerateArray().Select(p => p.GetString())];
}
