using System.Net;
using System.Text.Json.Nodes;
using Microsoft.EntityFrameworkCore;
using ScaiGrid.Server.Access;
using ScaiGrid.Server.Features.Cores;
using ScaiGrid.Server.Tests.Cores;
using ScaiGrid.Server.Tests.Host;
using ScaiGrid.Server.Tests.Publishing;
using static ScaiGrid.Server.Tests.Flows.TestFlows;

namespace ScaiGrid.Server.Tests.Flows;

public sealed class DeployFlowTests(OidcWorld world)
{
    [Fact]
    public async Task A_deployment_says_what_it_lacks_until_the_Core_has_it()
    {
        var author = await world.NewAuthorAsync(await world.NewTenantAsync());
        var flow = (await author.Http.NewFlowAsync("Needing", Needing())).Text("id")!;
        async Task<(string Core, IEnumerable<string> Warnings)> DeployAsync()
        {
            var deployed = await author.Http.DeployAsync(flow);
            return (deployed.Text("core_id")!, [.. deployed.GetProperty("warnings").EnumerateArray().Select(w => $"{w.Text("kind")} {w.Text("name")}")]);
        }

        var (core, warnings) = await DeployAsync();
        Assert.Equal(["model no/such-model", "plugin crm", "subflow core://acme/billing"], warnings);

        await author.Http.DataAsync(HttpMethod.Put, $"{TestCores.Base}/cores/{core}", new { plugins = new[] { new { alias = "crm", endpoint = "https://crm.example/" } } });
        Assert.Equal(["model no/such-model", "subflow core://acme/billing"], (await DeployAsync()).Warnings);

        await author.Http.DataAsync(HttpMethod.Put, $"{TestCores.Base}/cores/{core}", new { plugins = new[] { new { alias = "crm", endpoint = "https://crm.example/", auth = new { type = "bearer", token = "${CRM_TOKEN}" } } } });
        Assert.Contains("secret CRM_TOKEN", (await DeployAsync()).Warnings);
    }

    [Fact]
    public async Task A_flow_becomes_a_model_that_answers()
    {
        var (acme, admin) = await TenantAsync();
        var group = await acme.NewGroupAsync();
        var flow = await admin.Http.NewFlowAsync();

        var deployed = await admin.Http.DeployAsync(flow.Text("id")!, new { publish_as_model = true, group_ids = new[] { group, "mg_none" } });

        Assert.Equal(($"scaicore/{acme.Tenant.Slug}/echo", "1.0.0", "running"), (deployed.Text("published_slug"), deployed.Text("version"), deployed.Text("core_status")));
        Assert.StartsWith("dep_", deployed.Text("deployment_id"), StringComparison.Ordinal);
        Assert.StartsWith("sha256:", deployed.Text("manifest_digest"), StringComparison.Ordinal);
        Assert.Equal((group, "mg_none"), (deployed.GetProperty("group_ids")[0].GetString(), deployed.GetProperty("dropped_group_ids")[0].GetString()));
        Assert.Equal("You said: hello", (await admin.Http.ChatAsync(deployed.Text("published_slug")!, "hello")).Reply);
        var core = (await acme.RowsAsync()).Core;
        Assert.Equal((deployed.Text("core_id"), "Echo", CoreStatus.Running, flow.Text("id")), (core.Id.Value, core.Name, core.Status, core.Metadata["flow_id"].AsString()));
        await acme.AssertWholeAsync();
    }

    [Fact]
    public async Task Deploying_again_changes_the_same_Core_and_its_model()
    {
        var (acme, admin) = await TenantAsync();
        var id = (await admin.Http.NewFlowAsync()).Text("id")!;
        var first = await admin.Http.DeployAsync(id, new { publish_as_model = true });
        var content = Echo("Now: {{input.message}}");
        content["config"]!["core_identity"]!["name"] = "New name";
        content["config"]!["core_identity"]!["persona"] = "Another echo";
        await admin.Http.SaveAsync(id, content);

        var second = await admin.Http.DeployAsync(id);

        Assert.Equal((first.Text("core_id"), first.Text("published_slug"), "1.0.1"), (second.Text("core_id"), second.Text("published_slug"), second.Text("version")));
        Assert.NotEqual(first.Text("manifest_digest"), second.Text("manifest_digest"));
        Assert.Equal("Now: hello", (await admin.Http.ChatAsync(second.Text("published_slug")!, "hello")).Reply);
        var rows = await acme.RowsAsync();
        Assert.Equal(("New name", "Another echo"), (rows.Model.DisplayName, rows.Model.Description));
        rows.AssertWhole();
    }

    [Fact]
    public async Task Deploying_another_order_of_assignments_changes_what_the_Core_computes()
    {
        var (_, admin) = await TenantAsync();
        var id = (await admin.Http.NewFlowAsync(content: Assigning("""{ "second": "'one'", "first": "second" }"""))).Text("id")!;
        var before = await admin.Http.DeployAsync(id, new { publish_as_model = true });
        Assert.Equal("one/one", (await admin.Http.ChatAsync(before.Text("published_slug")!, "x")).Reply);

        var saved = await admin.Http.SaveAsync(id, Assigning("""{ "first": "second", "second": "'one'" }"""));
        var after = await admin.Http.DeployAsync(id);

        Assert.Equal("1.0.1", saved.Text("version"));
        Assert.NotEqual(before.Text("manifest_digest"), after.Text("manifest_digest"));
        Assert.Equal("/one", (await admin.Http.ChatAsync(after.Text("published_slug")!, "x")).Reply);
        var diff = await admin.Http.BareAsync(HttpMethod.Get, $"{Base}/{id}/diff?from=1.0.0");
        Assert.Equal("config.assignments", Assert.Single(Assert.Single(diff.At("nodes.changed").EnumerateArray()).GetProperty("fields").EnumerateArray()).Text("path"));

        await admin.Http.BareAsync(HttpMethod.Post, $"{Base}/{id}/deployments/{before.Text("deployment_id")}/rollback");
        Assert.Equal("one/one", (await admin.Http.ChatAsync(after.Text("published_slug")!, "x")).Reply);
    }

    [Theory]
    [InlineData(true, null, true)]
    [InlineData(false, null, false)]
    [InlineData(true, false, false)]
    [InlineData(false, true, true)]
    public async Task The_flow_says_whether_it_is_published_unless_the_caller_does(bool flow, bool? caller, bool published)
    {
        var (acme, admin) = await TenantAsync();
        var group = await acme.NewGroupAsync();
        var content = Echo();
        content["config"]!["publish_as_model"] = flow;
        content["config"]!["model_visibility_group_ids"] = new JsonArray(group);
        var id = (await admin.Http.NewFlowAsync(content: content)).Text("id")!;

        var deployed = await admin.Http.DeployAsync(id, new { publish_as_model = caller });

        Assert.Equal(published, deployed.Text("published_slug") is not null);
        Assert.Equal(published ? [group] : [], (await acme.RowsAsync()).Memberships.Select(m => m.Group));
        await acme.AssertWholeAsync();
    }

    [Fact]
    public async Task A_model_that_is_there_is_not_taken_away_by_a_deployment()
    {
        var (acme, admin) = await TenantAsync();
        var id = (await admin.Http.NewFlowAsync()).Text("id")!;
        var slug = (await admin.Http.DeployAsync(id, new { publish_as_model = true })).Text("published_slug");

        Assert.Equal(slug, (await admin.Http.DeployAsync(id, new { publish_as_model = false })).Text("published_slug"));
        await acme.AssertWholeAsync();
    }

    [Fact]
    public async Task Whoever_may_not_manage_models_publishes_without_groups()
    {
        var acme = await world.NewTenantAsync();
        var (author, group) = (await world.NewAuthorAsync(acme), await acme.NewGroupAsync());
        var id = (await author.Http.NewFlowAsync()).Text("id")!;

        var deployed = await author.Http.DeployAsync(id, new { publish_as_model = true, group_ids = new[] { group } });

        Assert.NotNull(deployed.Text("published_slug"));
        Assert.Equal(group, deployed.GetProperty("dropped_group_ids")[0].GetString());
        Assert.Empty((await acme.RowsAsync()).Memberships);
    }

    [Fact]
    public async Task A_flow_with_errors_is_refused_with_all_of_them_and_nothing_is_made()
    {
        var (acme, admin) = await TenantAsync();
        var content = Echo("{{ not an expression");
        content["edges"]![0]!["target"]!["node"] = "gone";
        var id = (await admin.Http.NewFlowAsync(content: content)).Text("id")!;

        var refused = await admin.Http.DeniedAsync(HttpMethod.Post, $"{Base}/{id}/deploy", null, HttpStatusCode.BadRequest, "compile_error");

        var errors = refused.GetProperty("diagnostics").EnumerateArray().Where(d => d.Text("severity") == "error").ToList();
        Assert.True(errors.Count >= 2, refused.ToString());
        Assert.Equal(errors.Count, refused.GetProperty("errors").GetArrayLength());
        Assert.Contains(errors, e => e.Text("node_id") == "node_say");
        Assert.Contains(errors, e => e.Text("edge_id") == "edge_1");
        Assert.Empty((await acme.RowsAsync()).Cores);
        Assert.Equal(0, (await admin.Http.BareAsync(HttpMethod.Get, $"{Base}/{id}/deployments")).GetProperty("total").GetInt32());
    }

    [Fact]
    public async Task A_slug_that_another_Core_has_is_refused_and_nothing_is_made()
    {
        var (acme, admin) = await TenantAsync();
        await (await acme.AsAdminAsync()).CreateCoreAsync(TestCores.Echo.Replace("Echo Agent", "Echo", StringComparison.Ordinal));
        var id = (await admin.Http.NewFlowAsync()).Text("id")!;

        await admin.Http.DeniedAsync(HttpMethod.Post, $"{Base}/{id}/deploy", null, HttpStatusCode.Conflict, "slug_conflict");
        Assert.Single((await acme.RowsAsync()).Cores);

        var content = Echo();
        content["config"]!["core_identity"]!["name"] = "Echo two";
        await admin.Http.SaveAsync(id, content);
        Assert.NotNull((await admin.Http.DeployAsync(id)).Text("core_id"));
    }

    [Fact]
    public async Task A_Core_that_was_deleted_is_made_anew()
    {
        var (acme, admin) = await TenantAsync();
        var id = (await admin.Http.NewFlowAsync()).Text("id")!;
        var first = (await admin.Http.DeployAsync(id, new { publish_as_model = true })).Text("core_id");
        await admin.Http.BareAsync(HttpMethod.Delete, $"{TestCores.Base}/cores/{first}", status: HttpStatusCode.NoContent);

        var second = await admin.Http.DeployAsync(id, new { publish_as_model = true });

        Assert.NotEqual(first, second.Text("core_id"));
        Assert.Equal("You said: x", (await admin.Http.ChatAsync(second.Text("published_slug")!, "x")).Reply);
        await acme.AssertWholeAsync();
    }

    [Fact]
    public async Task A_Core_that_was_stopped_stays_so_with_its_new_program()
    {
        var (acme, admin) = await TenantAsync();
        var id = (await admin.Http.NewFlowAsync()).Text("id")!;
        var core = (await admin.Http.DeployAsync(id)).Text("core_id");
        await admin.Http.PostDataAsync($"{TestCores.Base}/cores/{core}/stop");

        Assert.Equal("stopped", (await admin.Http.DeployAsync(id)).Text("core_status"));
        Assert.Equal(CoreStatus.Stopped, (await acme.RowsAsync()).Core.Status);
    }

    [Fact]
    public async Task Runs_that_are_under_way_finish_on_the_program_they_began_with()
    {
        var (_, admin) = await TenantAsync();
        var id = (await admin.Http.NewFlowAsync(content: Approval("old"))).Text("id")!;
        var core = (await admin.Http.DeployAsync(id)).Text("core_id");
        var run = await admin.Http.PostDataAsync($"{TestCores.Base}/cores/{core}/invoke", new { input = new { message = "x" } }, HttpStatusCode.Accepted);
        await admin.Http.SaveAsync(id, Approval("new"));
        await admin.Http.DeployAsync(id);

        await admin.Http.PostDataAsync($"{TestCores.Base}/checkpoints/{run.GetProperty("checkpoints")[0].Text("id")}/resolve", new { resolution = "approve" });

        var ended = await Eventually.BecomesAsync(() => admin.Http.GetDataAsync($"{TestCores.Base}/runs/{run.Text("id")}"), r => r.Text("status") == "completed");
        Assert.Equal("old: approve", ended.Text("output"));
    }

    [Fact]
    public async Task Rolling_back_deploys_the_manifest_of_then()
    {
        var (acme, admin) = await TenantAsync();
        var id = (await admin.Http.NewFlowAsync()).Text("id")!;
        var first = await admin.Http.DeployAsync(id, new { publish_as_model = true });
        await admin.Http.SaveAsync(id, Echo("new"));
        await admin.Http.DeployAsync(id);

        var back = await admin.Http.BareAsync(HttpMethod.Post, $"{Base}/{id}/deployments/{first.Text("deployment_id")}/rollback");

        Assert.Equal((first.Text("manifest_digest"), first.Text("core_id"), "1.0.0"), (back.Text("manifest_digest"), back.Text("core_id"), back.Text("version")));
        Assert.Equal("You said: x", (await admin.Http.ChatAsync(back.Text("published_slug")!, "x")).Reply);
        Assert.Equal("1.0.1", (await admin.Http.GetFlowAsync(id)).Text("version")); // what its author works on is untouched
        var history = (await admin.Http.BareAsync(HttpMethod.Get, $"{Base}/{id}/deployments")).GetProperty("items").EnumerateArray().ToList();
        Assert.Equal([("1.0.0", true), ("1.0.1", false), ("1.0.0", false)], history.Select(d => (d.Text("version")!, d.GetProperty("is_current").GetBoolean())));
        Assert.Equal((first.Text("deployment_id"), null), (history[0].Text("rollback_of"), history[1].Text("rollback_of")));
        await admin.Http.DeniedAsync(HttpMethod.Post, $"{Base}/{id}/deployments/dep_none/rollback", null, HttpStatusCode.NotFound, "flow_deployment_not_found");
        await acme.AssertWholeAsync();
    }

    [Fact]
    public async Task Rolling_back_after_the_Core_was_deleted_makes_one_and_publishes_what_was_published()
    {
        var (acme, admin) = await TenantAsync();
        var id = (await admin.Http.NewFlowAsync()).Text("id")!;
        var first = await admin.Http.DeployAsync(id, new { publish_as_model = true });
        await admin.Http.BareAsync(HttpMethod.Delete, $"{TestCores.Base}/cores/{first.Text("core_id")}", status: HttpStatusCode.NoContent);

        var back = await admin.Http.BareAsync(HttpMethod.Post, $"{Base}/{id}/deployments/{first.Text("deployment_id")}/rollback");

        Assert.Equal(first.Text("published_slug"), back.Text("published_slug"));
        Assert.Equal("You said: x", (await admin.Http.ChatAsync(back.Text("published_slug")!, "x")).Reply);
        await acme.AssertWholeAsync();
    }

    [Fact]
    public async Task Deployments_at_the_same_time_make_one_Core_and_one_model()
    {
        var (acme, admin) = await TenantAsync();
        var id = (await admin.Http.NewFlowAsync()).Text("id")!;

        var answers = await Task.WhenAll(Enumerable.Range(0, 5).Select(_ => admin.Http.SendAsync(HttpMethod.Post, $"{Base}/{id}/deploy", new { publish_as_model = true })));

        Assert.All(answers, a => Assert.True(a.Status == HttpStatusCode.OK, a.ToString()));
        Assert.Single(answers.Select(a => a.Body.Text("core_id")).Distinct());
        Assert.Equal(5, (await admin.Http.BareAsync(HttpMethod.Get, $"{Base}/{id}/deployments")).GetProperty("items").EnumerateArray().Select(d => d.Text("id")).Distinct().Count());
        _ = (await acme.RowsAsync()).Model;
        await acme.AssertWholeAsync();
    }

    [Fact]
    public async Task Deploying_needs_the_level_and_the_permission()
    {
        var acme = await world.NewTenantAsync();
        var (owner, editor, deployer, stranger, viewer) = (await world.NewAuthorAsync(acme), await world.NewAuthorAsync(acme), await world.NewAuthorAsync(acme), await world.NewAuthorAsync(acme), await world.NewPersonAsync(acme, [Roles.TenantViewer]));
        var id = (await owner.Http.NewFlowAsync()).Text("id")!;
        await owner.Http.GrantAsync(id, "user", editor.Id, "edit");
        await owner.Http.GrantAsync(id, "user", deployer.Id, "deploy");
        await owner.Http.GrantAsync(id, "user", viewer.Id, "deploy");

        Assert.Equal("deploy", (await editor.Http.DeniedAsync(HttpMethod.Post, $"{Base}/{id}/deploy", null, HttpStatusCode.Forbidden, "flow_access_denied")).Text("required_level"));
        await stranger.Http.DeniedAsync(HttpMethod.Post, $"{Base}/{id}/deploy", null, HttpStatusCode.NotFound, "flow_not_found");
        await stranger.Http.DeniedAsync(HttpMethod.Get, $"{Base}/{id}/deployments", null, HttpStatusCode.NotFound, "flow_not_found");
        await viewer.Http.DeniedAsync(HttpMethod.Post, $"{Base}/{id}/deploy", null, HttpStatusCode.Forbidden, "authz_permission_denied");
        var deployment = (await deployer.Http.DeployAsync(id)).Text("deployment_id");
        await editor.Http.DeniedAsync(HttpMethod.Post, $"{Base}/{id}/deployments/{deployment}/rollback", null, HttpStatusCode.Forbidden, "flow_access_denied");

        var actions = await world.Server.WithDbAsync(db => db.AuditLog.Where(l => l.ResourceId == id && l.Action == "flow.deploy").OrderBy(l => l.Sequence).Select(l => l.Status).ToListAsync());
        Assert.Equal(["FAILURE", "FAILURE", "FAILURE", "SUCCESS"], actions);
    }

    private async Task<(TestTenant Acme, OidcCaller Admin)> TenantAsync()
    {
        var acme = await world.NewTenantAsync();
        return (acme, await world.NewPersonAsync(acme, [Roles.TenantAdmin]));
    }
}
