using System.Net;
using System.Text.Json;
using ScaiGrid.Server.Access;
using ScaiGrid.Server.Features.Flows;
using ScaiGrid.Server.Kernel;
using ScaiGrid.Server.Tests.Host;
using static ScaiGrid.Server.Tests.Flows.TestFlows;

namespace ScaiGrid.Server.Tests.Flows;

/// <summary>Who sees which flow, and what they may do with it.</summary>
public sealed class FlowAccessTests(OidcWorld world)
{
    private static readonly IdSource Ids = new(TimeProvider.System);

    [Fact]
    public async Task Owner_tenant_admin_and_super_admin_hold_the_highest_level_and_strangers_none()
    {
        var (acme, other) = (await world.NewTenantAsync(), await world.NewTenantAsync());
        var owner = await world.NewAuthorAsync(acme);
        var path = $"{Base}/{(await owner.Http.NewFlowAsync()).Text("id")}";

        foreach (var caller in new[] { owner, await world.NewPersonAsync(acme, [Roles.TenantAdmin]), await world.NewPersonAsync(null, [Roles.SuperAdmin]) })
        {
            Assert.Equal("admin", (await caller.Http.BareAsync(HttpMethod.Get, path)).Text("access"));
            Assert.Equal(HttpStatusCode.OK, (await caller.Http.SendAsync(HttpMethod.Put, path, new { name = $"Of {caller.Id}" })).Status);
        }

        foreach (var stranger in new[] { await world.NewAuthorAsync(acme), await world.NewAuthorAsync(other), await world.NewPersonAsync(other, [Roles.TenantAdmin]) })
        {
            await stranger.Http.DeniedAsync(HttpMethod.Get, path, null, HttpStatusCode.NotFound, "flow_not_found");
            await stranger.Http.DeniedAsync(HttpMethod.Put, path, new { name = "Mine" }, HttpStatusCode.NotFound, "flow_not_found");
            await stranger.Http.DeniedAsync(HttpMethod.Delete, path, null, HttpStatusCode.NotFound, "flow_not_found");
            await stranger.Http.DeniedAsync(HttpMethod.Post, $"{path}/restore", null, HttpStatusCode.NotFound, "flow_not_found");
        }
    }

    [Theory]
    [InlineData(FlowLevel.View)]
    [InlineData(FlowLevel.Edit)]
    [InlineData(FlowLevel.Deploy)]
    [InlineData(FlowLevel.Admin)]
    internal async Task A_level_allows_what_it_says_and_what_is_below_it(FlowLevel level)
    {
        var acme = await world.NewTenantAsync();
        var (owner, guest) = (await world.NewAuthorAsync(acme), await world.NewAuthorAsync(acme));
        var id = (await owner.Http.NewFlowAsync()).Text("id")!;
        await GrantAsync(acme, id, FlowPrincipalType.User, guest.Id, level);

        foreach (var (method, body, needed) in new (HttpMethod, object?, FlowLevel)[]
        {
            (HttpMethod.Get, null, FlowLevel.View), (HttpMethod.Put, new { name = "Renamed" }, FlowLevel.Edit), (HttpMethod.Delete, null, FlowLevel.Admin),
        })
        {
            if (level >= needed)
            {
                Assert.True((await guest.Http.SendAsync(method, $"{Base}/{id}", body)).Status is HttpStatusCode.OK or HttpStatusCode.NoContent);
            }
            else
            {
                var denied = await guest.Http.DeniedAsync(method, $"{Base}/{id}", body, HttpStatusCode.Forbidden, "flow_access_denied");
                Assert.Equal((Word(needed), Word(level)), (denied.Text("required_level"), denied.Text("level")));
            }
        }
    }

    [Fact]
    public async Task The_highest_of_a_persons_own_grant_and_those_of_their_groups_counts()
    {
        var acme = await world.NewTenantAsync();
        var (one, two, other) = (await world.NewUserGroupAsync(acme), await world.NewUserGroupAsync(acme), await world.NewUserGroupAsync(acme));
        var (owner, guest) = (await world.NewAuthorAsync(acme), await world.NewAuthorAsync(acme, one, two));
        var id = (await owner.Http.NewFlowAsync()).Text("id")!;
        await GrantAsync(acme, id, FlowPrincipalType.Group, other, FlowLevel.Admin);
        await GrantAsync(acme, id, FlowPrincipalType.User, one, FlowLevel.Admin); // a user's id that looks like the group's

        await guest.Http.DeniedAsync(HttpMethod.Get, $"{Base}/{id}", null, HttpStatusCode.NotFound, "flow_not_found");
        await GrantAsync(acme, id, FlowPrincipalType.Group, one, FlowLevel.View);
        Assert.Equal("view", (await guest.Http.GetFlowAsync(id)).Text("access"));
        await GrantAsync(acme, id, FlowPrincipalType.User, guest.Id, FlowLevel.Edit);
        Assert.Equal("edit", (await guest.Http.GetFlowAsync(id)).Text("access"));
        await GrantAsync(acme, id, FlowPrincipalType.Group, two, FlowLevel.Deploy);
        Assert.Equal("deploy", (await guest.Http.GetFlowAsync(id)).Text("access"));
    }

    [Fact]
    public async Task The_list_has_what_the_caller_may_view_and_its_total_and_pages_agree()
    {
        var acme = await world.NewTenantAsync();
        var group = await world.NewUserGroupAsync(acme);
        var (owner, guest, admin) = (await world.NewAuthorAsync(acme), await world.NewAuthorAsync(acme, group), await world.NewPersonAsync(acme, [Roles.TenantAdmin]));
        var ids = new List<string>();
        for (var n = 0; n < 5; n++)
        {
            ids.Add((await owner.Http.NewFlowAsync($"Flow {n}")).Text("id")!);
        }

        await GrantAsync(acme, ids[1], FlowPrincipalType.User, guest.Id, FlowLevel.View);
        await GrantAsync(acme, ids[1], FlowPrincipalType.Group, group, FlowLevel.Edit); // seen once, though granted twice
        await GrantAsync(acme, ids[3], FlowPrincipalType.Group, group, FlowLevel.View);
        var own = (await guest.Http.NewFlowAsync("Own flow")).Text("id")!;

        await AssertListAsync(guest.Http, "", 3, "Own flow", "Flow 3", "Flow 1");
        await AssertListAsync(guest.Http, "?search=fLoW%20&limit=1", 2, "Flow 3", "Flow 1");
        await AssertListAsync(owner.Http, "", 5, "Flow 4", "Flow 3", "Flow 2", "Flow 1", "Flow 0");
        Assert.Equal(6, (await ListAsync(admin.Http, "")).Total);
        await guest.Http.BareAsync(HttpMethod.Delete, $"{Base}/{own}", status: HttpStatusCode.NoContent);
        await AssertListAsync(guest.Http, "?limit=1", 2, "Flow 3", "Flow 1");
    }

    [Fact]
    public async Task Keys_and_people_without_the_permission_are_kept_out()
    {
        var acme = await world.NewTenantAsync();
        var flow = (await (await world.NewAuthorAsync(acme)).Http.NewFlowAsync()).Text("id");
        var (key, viewer, user) = (await acme.AsAdminAsync(), await world.NewPersonAsync(acme, [Roles.TenantViewer]), await world.NewPersonAsync(acme, [Roles.TenantUser]));

        foreach (var (method, path) in new[] { (HttpMethod.Get, Base), (HttpMethod.Post, Base), (HttpMethod.Get, $"{Base}/{flow}"), (HttpMethod.Put, $"{Base}/{flow}"), (HttpMethod.Delete, $"{Base}/{flow}") })
        {
            await key.DeniedAsync(method, path, null, HttpStatusCode.Forbidden, "oidc_required");
            await user.Http.DeniedAsync(method, path, null, HttpStatusCode.Forbidden, "authz_permission_denied");
            using var nobody = world.Server.CreateClient();
            await nobody.DeniedAsync(method, path, null, HttpStatusCode.Unauthorized, "auth_token_missing");
        }

        await viewer.Http.BareAsync(HttpMethod.Get, Base);
        await viewer.Http.DeniedAsync(HttpMethod.Post, Base, new { name = "x", content = Echo() }, HttpStatusCode.Forbidden, "authz_permission_denied");
    }

    [Fact]
    public async Task A_super_admin_names_the_tenant_of_a_new_flow_and_sees_those_of_all()
    {
        var (acme, other) = (await world.NewTenantAsync(), await world.NewTenantAsync());
        var super = await world.NewPersonAsync(null, [Roles.SuperAdmin]);
        var theirs = (await (await world.NewAuthorAsync(other)).Http.NewFlowAsync()).Text("id")!;

        await super.Http.DeniedAsync(HttpMethod.Post, Base, new { name = "x", content = Echo() }, HttpStatusCode.BadRequest, "tenant_required");
        Assert.Equal("admin", (await super.Http.GetFlowAsync(theirs)).Text("access"));
        super.Http.DefaultRequestHeaders.Add("X-Tenant-Id", acme.Tenant.Id.Value);
        Assert.Equal(acme.Tenant.Id.Value, (await super.Http.NewFlowAsync()).Text("tenant_id"));
        Assert.Equal(1, (await ListAsync(super.Http, "")).Total);
        await super.Http.DeniedAsync(HttpMethod.Get, $"{Base}/{theirs}", null, HttpStatusCode.NotFound, "flow_not_found");
    }

    private static async Task<(string?[] Names, int Total)> ListAsync(HttpClient http, string query)
    {
        var (names, total, cursor) = (new List<string?>(), 0, (string?)null);
        do
        {
            var page = await http.BareAsync(HttpMethod.Get, $"{Base}{query}{(cursor is null ? "" : $"{(query.Length == 0 ? '?' : '&')}cursor={cursor}")}");
            names.AddRange(page.GetProperty("items").EnumerateArray().Select(f => f.Text("name")));
            (total, cursor) = (page.GetProperty("total").GetInt32(), page.Text("next_cursor"));
        }
        while (cursor is not null);
        return ([.. names], total);
    }

    private static async Task AssertListAsync(HttpClient http, string query, int total, params string[] names)
    {
        var list = await ListAsync(http, query);
        Assert.Equal(names, list.Names);
        Assert.Equal(total, list.Total);
    }

    private async Task GrantAsync(TestTenant acme, string flow, FlowPrincipalType type, string principal, FlowLevel level) => await world.Server.WithDbAsync(db =>
    {
        db.FlowAcls.Add(new()
        {
            Id = Ids.New<FlowAcl>(),
            TenantId = acme.Tenant.Id,
            FlowId = new(flow),
            PrincipalType = type,
            PrincipalId = principal,
            Level = level,
            GrantedBy = new("usr_test"),
            GrantedAt = DateTimeOffset.UnixEpoch,
        });
        return db.SaveChangesAsync();
    });

    private static string Word(FlowLevel level) => JsonNamingPolicy.SnakeCaseLower.ConvertName(level.ToString());
}
