using System.Net;
using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using ScaiGrid.Server.Access;
using ScaiGrid.Server.Tests.Host;
using static ScaiGrid.Server.Tests.Flows.TestFlows;

namespace ScaiGrid.Server.Tests.Flows;

public sealed class FlowAclTests(OidcWorld world)
{
    [Fact]
    public async Task A_flow_is_shared_changed_and_taken_back()
    {
        var acme = await world.NewTenantAsync();
        var (owner, guest) = (await world.NewAuthorAsync(acme), await world.NewAuthorAsync(acme));
        var id = (await owner.Http.NewFlowAsync()).Text("id")!;

        var acl = await owner.Http.GrantAsync(id, "user", guest.Id, "view");
        Assert.StartsWith("acl_", acl.Text("id"), StringComparison.Ordinal);
        Assert.Equal((id, "user", guest.Id, "view", owner.Id), (acl.Text("flow_id"), acl.Text("principal_type"), acl.Text("principal_id"), acl.Text("level"), acl.Text("granted_by")));
        Assert.Equal("view", (await guest.Http.GetFlowAsync(id)).Text("access"));

        await owner.Http.BareAsync(HttpMethod.Patch, $"{Base}/{id}/acls/{acl.Text("id")}", new { level = "edit" });
        Assert.Equal("edit", (await guest.Http.GetFlowAsync(id)).Text("access"));
        Assert.Equal("edit", Assert.Single((await owner.Http.BareAsync(HttpMethod.Get, $"{Base}/{id}/acls")).EnumerateArray()).Text("level"));

        await owner.Http.BareAsync(HttpMethod.Delete, $"{Base}/{id}/acls/{acl.Text("id")}", status: HttpStatusCode.NoContent);
        await guest.Http.DeniedAsync(HttpMethod.Get, $"{Base}/{id}", null, HttpStatusCode.NotFound, "flow_not_found");
        var lines = await world.Server.WithDbAsync(db => db.AuditLog.Where(l => l.ResourceId == id && l.ResourceType == "flow_acl").OrderBy(l => l.Sequence).Select(l => l.Action).ToListAsync());
        Assert.Equal(["flow_acl.grant", "flow_acl.change", "flow_acl.revoke"], lines);
    }

    [Fact]
    public async Task A_second_grant_is_refused_and_says_which_is_the_first()
    {
        var acme = await world.NewTenantAsync();
        var (owner, group) = (await world.NewAuthorAsync(acme), await world.NewUserGroupAsync(acme));
        var id = (await owner.Http.NewFlowAsync()).Text("id")!;
        var body = new { principal_type = "group", principal_id = group, level = "view" };

        var answers = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => owner.Http.SendAsync(HttpMethod.Post, $"{Base}/{id}/acls", body)));

        var made = Assert.Single(answers, a => a.Status == HttpStatusCode.Created);
        Assert.All(answers.Where(a => a.Status != HttpStatusCode.Created), a => Assert.Equal(HttpStatusCode.Conflict, a.Status));
        var refused = await owner.Http.DeniedAsync(HttpMethod.Post, $"{Base}/{id}/acls", body, HttpStatusCode.Conflict, "flow_acl_exists");
        Assert.Equal((made.Body.Text("id"), "view"), (refused.Text("acl_id"), refused.Text("level")));
    }

    [Fact]
    public async Task The_owner_needs_no_grant_and_cannot_be_revoked()
    {
        var acme = await world.NewTenantAsync();
        var (owner, admin) = (await world.NewAuthorAsync(acme), await world.NewPersonAsync(acme, [Roles.TenantAdmin]));
        var id = (await owner.Http.NewFlowAsync()).Text("id")!;

        await admin.Http.DeniedAsync(HttpMethod.Post, $"{Base}/{id}/acls", new { principal_type = "user", principal_id = owner.Id, level = "view" }, HttpStatusCode.Conflict, "flow_acl_exists");
        await admin.Http.DeniedAsync(HttpMethod.Delete, $"{Base}/{id}/acls/{owner.Id}", null, HttpStatusCode.Conflict, "flow_owner_stays");
        Assert.Equal(0, (await admin.Http.BareAsync(HttpMethod.Get, $"{Base}/{id}/acls")).GetArrayLength());
        await admin.Http.DeniedAsync(HttpMethod.Delete, $"{Base}/{id}/acls/acl_none", null, HttpStatusCode.NotFound, "flow_acl_not_found");
        await admin.Http.DeniedAsync(HttpMethod.Patch, $"{Base}/{id}/acls/acl_none", new { level = "view" }, HttpStatusCode.NotFound, "flow_acl_not_found");
    }

    [Fact]
    public async Task Only_people_and_groups_of_the_tenant_are_granted_anything()
    {
        var (acme, other) = (await world.NewTenantAsync(), await world.NewTenantAsync());
        var owner = await world.NewAuthorAsync(acme);
        var id = (await owner.Http.NewFlowAsync()).Text("id")!;
        var (stranger, group) = ((await world.NewAuthorAsync(other)).Id, await world.NewUserGroupAsync(other));

        foreach (var (type, principal) in new[] { ("user", stranger), ("group", group), ("user", "usr_none"), ("group", "!"), ("group", stranger) })
        {
            var refused = await owner.Http.DeniedAsync(HttpMethod.Post, $"{Base}/{id}/acls", new { principal_type = type, principal_id = principal, level = "view" }, HttpStatusCode.NotFound, "principal_not_found");
            Assert.Equal(["principal_id"], refused.Fields);
        }

        var wrong = await owner.Http.DeniedAsync(HttpMethod.Post, $"{Base}/{id}/acls", new { principal_type = "robot", principal_id = 7, level = "own" }, HttpStatusCode.BadRequest, "validation_error");
        Assert.Equal(["principal_type", "principal_id", "level"], wrong.Fields);
    }

    [Theory]
    [InlineData("view")]
    [InlineData("edit")]
    [InlineData("deploy")]
    public async Task Whoever_holds_less_than_admin_sees_and_changes_no_grants(string level)
    {
        var acme = await world.NewTenantAsync();
        var (owner, guest) = (await world.NewAuthorAsync(acme), await world.NewAuthorAsync(acme));
        var id = (await owner.Http.NewFlowAsync()).Text("id")!;
        var acl = (await owner.Http.GrantAsync(id, "user", guest.Id, level)).Text("id");

        foreach (var (method, path, body) in new (HttpMethod, string, object?)[]
        {
            (HttpMethod.Get, "acls", null), (HttpMethod.Post, "acls", new { principal_type = "user", principal_id = guest.Id, level = "admin" }),
            (HttpMethod.Patch, $"acls/{acl}", new { level = "admin" }), (HttpMethod.Delete, $"acls/{acl}", null),
        })
        {
            await guest.Http.DeniedAsync(method, $"{Base}/{id}/{path}", body, HttpStatusCode.Forbidden, "flow_access_denied");
        }
    }

    [Fact]
    public async Task A_grant_of_one_flow_is_none_of_another()
    {
        var acme = await world.NewTenantAsync();
        var (owner, guest) = (await world.NewAuthorAsync(acme), await world.NewAuthorAsync(acme));
        var (one, two) = ((await owner.Http.NewFlowAsync()).Text("id")!, (await owner.Http.NewFlowAsync()).Text("id")!);
        var acl = (await owner.Http.GrantAsync(one, "user", guest.Id, "view")).Text("id");

        await owner.Http.DeniedAsync(HttpMethod.Delete, $"{Base}/{two}/acls/{acl}", null, HttpStatusCode.NotFound, "flow_acl_not_found");
        await owner.Http.DeniedAsync(HttpMethod.Patch, $"{Base}/{two}/acls/{acl}", new { level = "admin" }, HttpStatusCode.NotFound, "flow_acl_not_found");
    }

    [Fact]
    public async Task An_admin_gives_a_flow_to_another_owner()
    {
        var (acme, other) = (await world.NewTenantAsync(), await world.NewTenantAsync());
        var (owner, heir, admin) = (await world.NewAuthorAsync(acme), await world.NewAuthorAsync(acme), await world.NewPersonAsync(acme, [Roles.TenantAdmin]));
        var id = (await owner.Http.NewFlowAsync()).Text("id")!;
        await owner.Http.GrantAsync(id, "user", heir.Id, "view");

        await owner.Http.DeniedAsync(HttpMethod.Put, $"{Base}/{id}/owner", new { owner_id = heir.Id }, HttpStatusCode.Forbidden, "flow_access_denied");
        await admin.Http.DeniedAsync(HttpMethod.Put, $"{Base}/{id}/owner", new { owner_id = (await world.NewAuthorAsync(other)).Id }, HttpStatusCode.NotFound, "principal_not_found");
        var given = await admin.Http.BareAsync(HttpMethod.Put, $"{Base}/{id}/owner", new { owner_id = heir.Id });

        Assert.Equal(heir.Id, given.Text("owner_id"));
        Assert.Equal("admin", (await heir.Http.GetFlowAsync(id)).Text("access"));
        Assert.Equal(JsonValueKind.Array, (await heir.Http.BareAsync(HttpMethod.Get, $"{Base}/{id}/acls")).ValueKind);
        Assert.Equal(0, (await heir.Http.BareAsync(HttpMethod.Get, $"{Base}/{id}/acls")).GetArrayLength());
        await owner.Http.DeniedAsync(HttpMethod.Get, $"{Base}/{id}", null, HttpStatusCode.NotFound, "flow_not_found");
    }
}
