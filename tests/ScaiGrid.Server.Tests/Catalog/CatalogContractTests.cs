using System.Net;
using System.Text.Json;
using System.Text.Json.Nodes;
using ScaiGrid.Server.Access;
using ScaiGrid.Server.Features.Flows;
using ScaiGrid.Server.Tests.Flows;
using ScaiGrid.Server.Tests.Host;
using static ScaiGrid.Server.Tests.Catalog.TestCatalog;

namespace ScaiGrid.Server.Tests.Catalog;

/// <summary>The published contract of the catalog, sentence by sentence.</summary>
public sealed class CatalogContractTests(OidcWorld world)
{
    [Fact]
    public async Task The_list_is_a_bare_array_of_summaries()
    {
        var acme = await world.NewTenantAsync();
        var alice = await world.NewAuthorAsync(acme);
        await alice.Http.PublishAsync(Support());

        var list = await alice.Http.BareAsync(HttpMethod.Get, Base);

        var summary = Assert.Single(list.EnumerateArray());
        Assert.Equal(
            ["package_id", "name", "description", "version", "author_id", "author_email", "visibility", "visibility_group_ids", "created_at", "updated_at"],
            summary.EnumerateObject().Select(p => p.Name));
        Assert.Equal(("customer-support", "Customer Support", "Triage + KB + HITL", "0.2.0", "tenant"),
            (summary.Text("package_id"), summary.Text("name"), summary.Text("description"), summary.Text("version"), summary.Text("visibility")));
        Assert.Equal(alice.Id, summary.Text("author_id"));
        Assert.EndsWith("@example.test", summary.Text("author_email"), StringComparison.Ordinal);
        Assert.Empty(summary.GetProperty("visibility_group_ids").EnumerateArray());
        Assert.True(summary.GetProperty("created_at").GetDateTimeOffset() <= summary.GetProperty("updated_at").GetDateTimeOffset());
    }

    [Fact]
    public async Task Everyone_who_may_view_sees_a_tenant_package_and_no_other_tenant_does()
    {
        var (acme, other) = (await world.NewTenantAsync(), await world.NewTenantAsync());
        await (await world.NewAuthorAsync(acme)).Http.PublishAsync(Support());

        Assert.Equal(["customer-support"], await (await world.NewPersonAsync(acme, [Roles.TenantViewer])).Http.ListedAsync());
        var stranger = await world.NewPersonAsync(other, [Roles.TenantAdmin]);
        Assert.Empty(await stranger.Http.ListedAsync());
        await stranger.Http.DeniedAsync(HttpMethod.Get, $"{Base}/customer-support/install", null, HttpStatusCode.NotFound, "package_not_found");
        await stranger.Http.DeniedAsync(HttpMethod.Patch, $"{Base}/customer-support/visibility", new { visibility = "tenant" }, HttpStatusCode.NotFound, "package_not_found");
        await stranger.Http.DeniedAsync(HttpMethod.Delete, $"{Base}/customer-support", null, HttpStatusCode.NotFound, "package_not_found");
    }

    [Fact]
    public async Task A_groups_package_is_seen_by_members_its_author_and_admins_only()
    {
        var acme = await world.NewTenantAsync();
        var (group, otherGroup) = (await world.NewUserGroupAsync(acme), await world.NewUserGroupAsync(acme));
        var author = await world.NewAuthorAsync(acme);
        await author.Http.PublishAsync(Support());
        var summary = await author.Http.ShowToAsync("customer-support", "groups", group, otherGroup);
        Assert.Equal(("groups", 2), (summary.Text("visibility"), summary.GetProperty("visibility_group_ids").GetArrayLength()));

        foreach (var caller in new[]
        {
            author, await world.NewAuthorAsync(acme, group), await world.NewAuthorAsync(acme, "group_elsewhere", otherGroup),
            await world.NewPersonAsync(acme, [Roles.TenantAdmin]),
        })
        {
            Assert.Equal(["customer-support"], await caller.Http.ListedAsync());
            Assert.Equal(["customer-support"], await caller.Http.ListedAsync("?search=triage"));
            await caller.Http.InstallAsync();
        }

        foreach (var caller in new[] { await world.NewAuthorAsync(acme), await world.NewPersonAsync(acme, [Roles.TenantViewer]) })
        {
            Assert.Empty(await caller.Http.ListedAsync());
            Assert.Empty(await caller.Http.ListedAsync("?search=triage"));
            foreach (var (method, path) in new[] { (HttpMethod.Get, "/install"), (HttpMethod.Patch, "/visibility"), (HttpMethod.Delete, "") })
            {
                await caller.Http.DeniedAsync(method, $"{Base}/customer-support{path}", path == "/visibility" ? new { visibility = "tenant" } : null, HttpStatusCode.NotFound, "package_not_found");
            }
        }
    }

    [Fact]
    public async Task Super_admins_see_all_packages_of_all_tenants()
    {
        var (acme, other) = (await world.NewTenantAsync(), await world.NewTenantAsync());
        var group = await world.NewUserGroupAsync(acme);
        var author = await world.NewAuthorAsync(acme);
        await author.Http.PublishAsync(Support(id: "hidden"));
        await author.Http.ShowToAsync("hidden", "groups", group);
        await (await world.NewAuthorAsync(other)).Http.PublishAsync(Support(id: "others"));
        var super = await world.NewPersonAsync(null, [Roles.SuperAdmin]);

        var list = (await super.Http.BareAsync(HttpMethod.Get, Base)).EnumerateArray().Select(p => (p.Text("tenant_id"), p.Text("package_id"))).ToList();

        Assert.Contains((acme.Tenant.Id.Value, "hidden"), list);
        Assert.Contains((other.Tenant.Id.Value, "others"), list);
        Assert.Equal(["hidden"], await super.Http.ListedAsync($"?tenant_id={acme.Tenant.Id}"));
        await super.Http.DeniedAsync(HttpMethod.Get, $"{Base}/hidden/install", null, HttpStatusCode.BadRequest, "tenant_required");
        await super.Http.InstallAsync("hidden", $"?tenant_id={acme.Tenant.Id}");
        await super.Http.InstallAsync("hidden", $"?tenant_id={acme.Tenant.Slug}");
        Assert.Equal("tenant", (await super.Http.BareAsync(HttpMethod.Patch, $"{Base}/hidden/visibility?tenant_id={acme.Tenant.Id}", new { visibility = "tenant" })).Text("visibility"));
        await super.Http.BareAsync(HttpMethod.Delete, $"{Base}/hidden?tenant_id={acme.Tenant.Id}", null, HttpStatusCode.NoContent);
        await world.Server.AssertWholeAsync(acme.Tenant.Id);
    }

    [Fact]
    public async Task Publishing_a_saved_flow_takes_its_latest_content()
    {
        var acme = await world.NewTenantAsync();
        var alice = await world.NewAuthorAsync(acme);
        var flow = (await alice.Http.NewFlowAsync("Echo", TestFlows.Echo("first"))).Text("id")!;
        await alice.Http.SaveAsync(flow, TestFlows.Echo("second"));

        var published = await alice.Http.PublishAsync(new { package_id = "customer-support", name = "Customer Support", version = "0.2.0", readme = "# Customer Support\n", flow_id = flow });

        Assert.Equal(("customer-support", "0.2.0", ""), (published.Text("package_id"), published.Text("version"), published.Text("description")));
        Assert.Contains("second", (await alice.Http.InstallAsync()).GetProperty("flow").GetRawText(), StringComparison.Ordinal);
        Assert.Equal([$"catalog/{acme.Tenant.Id}/customer-support/v0.2.0.scaipkg"], await world.Server.ArchivesAsync(acme.Tenant.Id));
        Assert.Equal(["customer-support 0.2.0"], await world.Server.AssertWholeAsync(acme.Tenant.Id));
    }

    [Fact]
    public async Task Publishing_needs_the_deploy_level_on_the_flow()
    {
        var acme = await world.NewTenantAsync();
        var (owner, colleague) = (await world.NewAuthorAsync(acme), await world.NewAuthorAsync(acme));
        var flow = (await owner.Http.NewFlowAsync()).Text("id")!;
        object request = new { package_id = "customer-support", name = "Customer Support", version = "0.2.0", flow_id = flow };

        await colleague.Http.DeniedAsync(HttpMethod.Post, $"{Base}/publish", request, HttpStatusCode.NotFound, "flow_not_found");
        await world.GrantAsync(acme, flow, colleague.Id, FlowLevel.Edit);
        await colleague.Http.DeniedAsync(HttpMethod.Post, $"{Base}/publish", request, HttpStatusCode.Forbidden, "flow_access_denied");
        await world.GrantAsync(acme, flow, colleague.Id, FlowLevel.Deploy);
        await colleague.Http.PublishAsync(request);
    }

    [Fact]
    public async Task A_flow_that_does_not_compile_publishes_nothing_at_all()
    {
        var acme = await world.NewTenantAsync();
        var alice = await world.NewAuthorAsync(acme);
        var broken = TestFlows.Echo();
        broken["nodes"]!.AsArray()[1]!["type"] = "no_such_kind";

        var detail = await alice.Http.DeniedAsync(HttpMethod.Post, $"{Base}/publish", Support(content: broken), HttpStatusCode.BadRequest, "compile_error");

        Assert.Contains(detail.GetProperty("diagnostics").EnumerateArray(), d => d.Text("severity") == "error" && d.Text("path")!.StartsWith("nodes[1]", StringComparison.Ordinal));
        Assert.Empty(await alice.Http.ListedAsync());
        Assert.Empty(await world.Server.ArchivesAsync(acme.Tenant.Id));
        Assert.Empty(await world.Server.AssertWholeAsync(acme.Tenant.Id));
    }

    [Fact]
    public async Task Publishing_a_version_again_bumps_the_patch_and_a_new_one_is_taken_as_it_is()
    {
        var acme = await world.NewTenantAsync();
        var alice = await world.NewAuthorAsync(acme);
        foreach (var (asked, given, row) in new[]
        {
            ("0.1.0", "0.1.0", "0.1.0"), ("0.1.0", "0.1.1", "0.1.1"), ("0.1.0", "0.1.2", "0.1.2"), ("1.0.0", "1.0.0", "1.0.0"), ("0.1.0", "0.1.3", "1.0.0"),
            ("0.5.0", "0.5.0", "1.0.0"), ("2.0.0-beta", "2.0.0-beta", "1.0.0"), ("1.0.0", "1.0.1", "1.0.1"), (null, "1.0.2", "1.0.2"),
        })
        {
            var name = $"Package {given}";
            Assert.Equal(given, (await alice.Http.PublishAsync(Support(asked, name: name))).Text("version"));
            var summary = Assert.Single((await alice.Http.BareAsync(HttpMethod.Get, Base)).EnumerateArray());
            Assert.Equal((row, $"Package {row}"), (summary.Text("version"), summary.Text("name")));
            Assert.Equal(given, (await alice.Http.InstallAsync(query: $"?version={given}")).Text("metadata.version"));
        }

        Assert.Equal(9, (await world.Server.AssertWholeAsync(acme.Tenant.Id)).Count);
    }

    [Fact]
    public async Task Installing_gives_the_flow_with_a_fresh_id_and_a_copys_name()
    {
        var acme = await world.NewTenantAsync();
        var alice = await world.NewAuthorAsync(acme);
        await alice.Http.PublishAsync(Support());
        var reader = await world.NewPersonAsync(acme, [Roles.TenantViewer]);

        var (first, second) = (await reader.Http.InstallAsync(), await reader.Http.InstallAsync());

        var flow = first.GetProperty("flow");
        Assert.Matches("^flow_[0-9a-z]{26}$", flow.Text("id")!);
        Assert.NotEqual(flow.Text("id"), second.Text("flow.id"));
        Assert.Equal("Copy of Customer Support", flow.Text("name"));
        Assert.Equal(("customer-support", "Customer Support", "0.2.0"), (first.Text("metadata.package_id"), first.Text("metadata.name"), first.Text("metadata.version")));
        Assert.EndsWith("@example.test", first.Text("metadata.author_email"), StringComparison.Ordinal);
        Assert.Equal(4, first.GetProperty("metadata").EnumerateObject().Count());
        var original = JsonSerializer.SerializeToElement(TestFlows.Echo());
        Assert.All(original.EnumerateObject().Where(m => m.Name is not ("id" or "name")), m => Assert.True(JsonElement.DeepEquals(m.Value, flow.GetProperty(m.Name)), m.Name));
        Assert.Equal(original.EnumerateObject().Count(), flow.EnumerateObject().Count());

        var saved = await alice.Http.BareAsync(HttpMethod.Post, TestFlows.Base, new { name = flow.Text("name"), content = flow }, HttpStatusCode.Created);
        Assert.NotEqual(TestFlows.Echo()["id"]!.GetValue<string>(), saved.Text("id"));
    }

    [Fact]
    public async Task A_copy_does_what_the_original_does_even_where_that_hangs_on_the_order_of_its_members()
    {
        var acme = await world.NewTenantAsync();
        var alice = await world.NewAuthorAsync(acme);
        var content = TestFlows.Echo();
        content["nodes"]![1]!["type"] = "data_variable_set";
        content["nodes"]![1]!["config"] = JsonNode.Parse("""{ "assignments": { "second": "'one'", "first": "second" } }""");
        content["variables"] = JsonNode.Parse("""[{ "name": "second", "type": "string?" }, { "name": "first", "type": "string?" }]""");
        content["tests"] = JsonNode.Parse("""[{ "name": "in order", "input": {}, "expect": { "output": { "second": "one", "first": "one" } } }]""");
        await alice.Http.PublishAsync(Support(content: content));

        var copy = JsonNode.Parse((await alice.Http.InstallAsync()).GetProperty("flow").GetRawText())!.AsObject();

        var saved = await alice.Http.NewFlowAsync("Copy", copy);
        var report = await alice.Http.BareAsync(HttpMethod.Post, $"{TestFlows.Base}/{saved.Text("id")}/run-tests");
        Assert.True(report.GetProperty("passed").GetBoolean(), report.ToString());
    }

    [Fact]
    public async Task Only_the_author_and_admins_change_visibility_and_delete()
    {
        var acme = await world.NewTenantAsync();
        var (author, colleague) = (await world.NewAuthorAsync(acme), await world.NewAuthorAsync(acme));
        var group = await world.NewUserGroupAsync(acme);
        foreach (var allowed in new[] { author, await world.NewPersonAsync(acme, [Roles.TenantAdmin]) })
        {
            await author.Http.PublishAsync(Support());
            await colleague.Http.DeniedAsync(HttpMethod.Patch, $"{Base}/customer-support/visibility", new { visibility = "tenant" }, HttpStatusCode.Forbidden, "not_package_author");
            await colleague.Http.DeniedAsync(HttpMethod.Delete, $"{Base}/customer-support", null, HttpStatusCode.Forbidden, "not_package_author");
            Assert.Equal("groups", (await allowed.Http.ShowToAsync("customer-support", "groups", group)).Text("visibility"));
            Assert.Equal("tenant", (await allowed.Http.ShowToAsync("customer-support", "tenant")).Text("visibility"));
            await allowed.Http.BareAsync(HttpMethod.Delete, $"{Base}/customer-support", null, HttpStatusCode.NoContent);
        }
    }

    [Fact]
    public async Task Deleting_is_soft_and_keeps_the_archives()
    {
        var acme = await world.NewTenantAsync();
        var alice = await world.NewAuthorAsync(acme);
        await alice.Http.PublishAsync(Support("0.1.0"));
        await alice.Http.PublishAsync(Support("0.2.0"));

        await alice.Http.BareAsync(HttpMethod.Delete, $"{Base}/customer-support", null, HttpStatusCode.NoContent);

        Assert.Empty(await alice.Http.ListedAsync());
        Assert.Empty(await alice.Http.ListedAsync("?search=triage"));
        await alice.Http.DeniedAsync(HttpMethod.Get, $"{Base}/customer-support/install", null, HttpStatusCode.NotFound, "package_not_found");
        await alice.Http.DeniedAsync(HttpMethod.Get, $"{Base}/customer-support/install?version=0.1.0", null, HttpStatusCode.NotFound, "package_not_found");
        await alice.Http.DeniedAsync(HttpMethod.Delete, $"{Base}/customer-support", null, HttpStatusCode.NotFound, "package_not_found");
        Assert.Equal(2, (await world.Server.ArchivesAsync(acme.Tenant.Id)).Count);
        Assert.Equal(2, (await world.Server.AssertWholeAsync(acme.Tenant.Id)).Count);
    }

    [Fact]
    public async Task Only_people_who_signed_in_reach_the_catalog()
    {
        var acme = await world.NewTenantAsync();
        var key = await acme.AsAdminAsync();
        foreach (var (method, path) in new[] { (HttpMethod.Get, ""), (HttpMethod.Post, "/publish"), (HttpMethod.Get, "/a/install"), (HttpMethod.Patch, "/a/visibility"), (HttpMethod.Delete, "/a") })
        {
            await key.DeniedAsync(method, Base + path, null, HttpStatusCode.Forbidden, "oidc_required");
            await world.Server.CreateClient().DeniedAsync(method, Base + path, null, HttpStatusCode.Unauthorized, "auth_token_missing");
        }
    }

    [Fact]
    public async Task Viewing_and_publishing_need_their_permissions()
    {
        var acme = await world.NewTenantAsync();
        var (nobody, viewer) = (await world.NewPersonAsync(acme, [Roles.TenantUser]), await world.NewPersonAsync(acme, [Roles.TenantViewer]));

        await nobody.Http.DeniedAsync(HttpMethod.Get, Base, null, HttpStatusCode.Forbidden, "authz_permission_denied");
        await nobody.Http.DeniedAsync(HttpMethod.Get, $"{Base}/a/install", null, HttpStatusCode.Forbidden, "authz_permission_denied");
        await viewer.Http.DeniedAsync(HttpMethod.Post, $"{Base}/publish", Support(), HttpStatusCode.Forbidden, "authz_permission_denied");
    }
}
