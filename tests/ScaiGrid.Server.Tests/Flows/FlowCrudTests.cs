using System.Net;
using System.Text.Json.Nodes;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using ScaiGrid.Flows.Language;
using ScaiGrid.Server.Access;
using ScaiGrid.Server.Features.Flows;
using ScaiGrid.Server.Kernel;
using ScaiGrid.Server.Storage;
using ScaiGrid.Server.Tests.Host;
using static ScaiGrid.Server.Tests.Flows.TestFlows;

namespace ScaiGrid.Server.Tests.Flows;

public sealed class FlowCrudTests(OidcWorld world)
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_new_flow_belongs_to_its_creator_and_keeps_every_member_that_was_sent()
    {
        var acme = await world.NewTenantAsync();
        var author = await world.NewAuthorAsync(acme);
        var sent = Echo();

        var flow = await author.Http.BareAsync(HttpMethod.Post, Base, new { name = " My flow ", description = "What it does", content = sent }, HttpStatusCode.Created);

        Assert.StartsWith("flow_", flow.Text("id"), StringComparison.Ordinal);
        Assert.Equal(("My flow", "What it does", author.Id, acme.Tenant.Id.Value, "1.0.0", "admin"),
            (flow.Text("name"), flow.Text("description"), flow.Text("owner_id"), flow.Text("tenant_id"), flow.Text("version"), flow.Text("access")));
        sent["id"] = flow.Text("id");
        Assert.Equal(Value.FromJson(sent.ToJsonString()).ToJson(), Value.FromJson(flow.GetProperty("content")).ToJson());
        Assert.Equal(flow.ToString(), (await author.Http.GetFlowAsync(flow.Text("id")!)).ToString());
    }

    [Theory]
    [InlineData(null, "1.0.0")]
    [InlineData("2.3.4", "2.3.4")]
    [InlineData("0.1.0-beta.1+build.5", "0.1.0-beta.1+build.5")]
    public async Task A_new_flow_begins_at_the_version_that_its_author_wrote(string? written, string begins)
    {
        var author = await world.NewAuthorAsync(await world.NewTenantAsync());
        var content = Echo();
        content["version"] = written;

        Assert.Equal(begins, (await author.Http.NewFlowAsync(content: content)).Text("version"));
    }

    [Fact]
    public async Task New_content_is_a_new_version_and_the_old_objects_stay()
    {
        var acme = await world.NewTenantAsync();
        var author = await world.NewAuthorAsync(acme);
        var id = (await author.Http.NewFlowAsync()).Text("id")!;

        Assert.Equal("1.0.1", (await author.Http.SaveAsync(id, Echo("two"))).Text("version"));
        Assert.Equal("1.0.2", (await author.Http.SaveAsync(id, Echo("three"))).Text("content.version"));

        var objects = world.Server.Services.GetRequiredService<IObjectStore>();
        var keys = await objects.ListAsync($"flows/{acme.Tenant.Id}/{id}/", Cancel).Select(k => k.Value).ToListAsync(Cancel);
        Assert.Equal(["v1.0.0", "v1.0.1", "v1.0.2"], keys.Select(k => k.Split('/')[^1].Replace(".flow.json", "", StringComparison.Ordinal)));
        Assert.Equal("two", (await FlowContent.ReadAsync(objects, keys[1], Cancel))["nodes"].Items[1]["config"]["template"].AsString());
    }

    [Fact]
    public async Task A_pre_release_is_followed_by_its_release()
    {
        var author = await world.NewAuthorAsync(await world.NewTenantAsync());
        var content = Echo();
        content["version"] = "2.0.0-rc.1";
        var id = (await author.Http.NewFlowAsync(content: content)).Text("id")!;

        Assert.Equal("2.0.0", (await author.Http.SaveAsync(id, Echo("two"))).Text("version"));
        Assert.Equal("2.0.1", (await author.Http.SaveAsync(id, Echo("three"))).Text("version"));
    }

    [Fact]
    public async Task Content_that_is_saved_again_is_no_new_version_and_no_change()
    {
        var author = await world.NewAuthorAsync(await world.NewTenantAsync());
        var flow = await author.Http.NewFlowAsync();
        var id = flow.Text("id")!;
        var tag = await author.Http.ETagAsync($"{Base}/{id}");
        var reordered = Reversed(Echo());
        reordered["nodes"]![1] = Reversed(reordered["nodes"]![1]!.AsObject());

        var saved = await author.Http.SaveAsync(id, reordered);

        Assert.Equal(flow.ToString(), saved.ToString());
        Assert.Equal(tag, await author.Http.ETagAsync($"{Base}/{id}"));
    }

    [Fact]
    public async Task A_new_name_leaves_the_version_and_the_content_as_they_are()
    {
        var author = await world.NewAuthorAsync(await world.NewTenantAsync());
        var flow = await author.Http.NewFlowAsync();

        var named = await author.Http.BareAsync(HttpMethod.Put, $"{Base}/{flow.Text("id")}", new { name = "Other", description = "New" });
        var cleared = await author.Http.BareAsync(HttpMethod.Put, $"{Base}/{flow.Text("id")}", new { description = "" });

        Assert.Equal(("Other", "New", "1.0.0"), (named.Text("name"), named.Text("description"), named.Text("version")));
        Assert.Equal(("Other", null, "1.0.0"), (cleared.Text("name"), cleared.Text("description"), cleared.Text("version")));
        Assert.Equal(flow.GetProperty("content").ToString(), cleared.GetProperty("content").ToString());
    }

    [Fact]
    public async Task A_save_that_names_another_version_than_the_current_is_refused()
    {
        var author = await world.NewAuthorAsync(await world.NewTenantAsync());
        var path = $"{Base}/{(await author.Http.NewFlowAsync()).Text("id")}";
        var tag = await author.Http.ETagAsync(path);

        author.Http.DefaultRequestHeaders.TryAddWithoutValidation("If-Match", tag);
        await author.Http.BareAsync(HttpMethod.Put, path, new { content = Echo("mine") });
        await author.Http.DeniedAsync(HttpMethod.Put, path, new { content = Echo("theirs") }, HttpStatusCode.PreconditionFailed, "precondition_failed");
        await author.Http.DeniedAsync(HttpMethod.Delete, path, null, HttpStatusCode.PreconditionFailed, "precondition_failed");

        Assert.Contains("mine", (await author.Http.BareAsync(HttpMethod.Get, path)).GetProperty("content").ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Saves_at_the_same_time_each_become_a_version_or_are_told_to_try_again()
    {
        var acme = await world.NewTenantAsync();
        var author = await world.NewAuthorAsync(acme);
        var id = (await author.Http.NewFlowAsync()).Text("id")!;

        var answers = await Task.WhenAll(Enumerable.Range(0, 8).Select(n => author.Http.SendAsync(HttpMethod.Put, $"{Base}/{id}", new { content = Echo($"save {n}") })));

        Assert.All(answers, a => Assert.True(a.Status is HttpStatusCode.OK or HttpStatusCode.Conflict, a.ToString()));
        var versions = await world.Server.WithDbAsync(db => db.FlowVersions.Where(v => v.FlowId == new Id<Flow>(id)).OrderBy(v => v.Sequence).ToListAsync());
        Assert.Equal(1 + answers.Count(a => a.Status == HttpStatusCode.OK), versions.Count);
        Assert.Equal(versions.Select(v => v.Version).Order(), versions.Select(v => v.Version));
        Assert.Equal(Enumerable.Range(1, versions.Count), versions.Select(v => v.Sequence));
        Assert.Equal(versions.Count, versions.Select(v => v.ContentDigest).Distinct().Count());
        Assert.Equal(versions[^1].Version.ToString(), (await author.Http.GetFlowAsync(id)).Text("content.version"));
    }

    [Fact]
    public async Task A_version_whose_object_was_left_by_a_save_that_died_is_left_out()
    {
        var acme = await world.NewTenantAsync();
        var author = await world.NewAuthorAsync(acme);
        var id = (await author.Http.NewFlowAsync()).Text("id")!;
        var objects = world.Server.Services.GetRequiredService<IObjectStore>();
        await objects.PutIfAbsentAsync(FlowContent.KeyOf(acme.Tenant.Id, new(id), SemVer(1, 0, 1)), "{}"u8.ToArray(), Cancel);

        Assert.Equal("1.0.2", (await author.Http.SaveAsync(id, Echo("two"))).Text("version"));
        Assert.Equal("1.0.2", (await author.Http.GetFlowAsync(id)).Text("content.version"));
    }

    [Fact]
    public async Task Every_fault_of_a_new_flow_is_named()
    {
        var author = await world.NewAuthorAsync(await world.NewTenantAsync());

        var missing = await author.Http.DeniedAsync(HttpMethod.Post, Base, new { nam = "x" }, HttpStatusCode.BadRequest, "validation_error");
        var wrong = await author.Http.DeniedAsync(HttpMethod.Post, Base, new { name = " ", description = new string('x', 4001), content = "text" }, HttpStatusCode.BadRequest, "validation_error");

        Assert.Equal(["nam", "name", "content"], missing.Fields);
        Assert.Equal(["name", "description", "content"], wrong.Fields);
    }

    [Fact]
    public async Task Content_that_has_not_the_shape_of_a_flow_is_refused_with_every_fault()
    {
        var author = await world.NewAuthorAsync(await world.NewTenantAsync());
        var id = (await author.Http.NewFlowAsync()).Text("id");
        var content = Echo();
        content["name"] = 7;
        content["version"] = "one";
        content["nodes"]![0]!["type"] = "entry_magic";
        content["nodes"]![1]!["config"]!["template"] = 12;
        content["edges"]![0]!.AsObject().Remove("target");

        var created = await author.Http.DeniedAsync(HttpMethod.Post, Base, new { name = "x", content }, HttpStatusCode.BadRequest, "validation_error");
        var saved = await author.Http.DeniedAsync(HttpMethod.Put, $"{Base}/{id}", new { content }, HttpStatusCode.BadRequest, "validation_error");

        string[] others = ["content.edges[0]", "content.name", "content.nodes[0].type", "content.nodes[1].config.template"];
        Assert.Equal([.. others, "content.version"], created.Fields);
        Assert.Equal(others, saved.Fields); // the version is the server's by now
    }

    [Fact]
    public async Task Unfinished_work_can_be_saved()
    {
        var author = await world.NewAuthorAsync(await world.NewTenantAsync());
        var draft = JsonNode.Parse("""
            {
              "nodes": [
                { "id": "n1", "type": "llm_flexible", "label": "Ask", "config": { "goal": "{{ not an expression" } },
                { "id": "n2", "type": "tool_http", "label": "Call" }, { "id": "n3", "type": "logic_loop", "label": "Loop", "config": { "style": "while", "condition": "" } }
              ],
              "edges": [{ "id": "e1", "type": "conditional", "source": { "node": "n1", "port": "none" }, "target": { "node": "gone", "port": "in" } }]
            }
            """)!.AsObject();

        var flow = await author.Http.NewFlowAsync(content: draft);

        Assert.Equal(("Echo", "1.0.0"), (flow.Text("content.name"), flow.Text("content.version")));
    }

    [Theory]
    [InlineData("1.0")]
    [InlineData("1.0.0-01")]
    [InlineData("1.0.0-aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa")]
    public async Task A_new_flow_whose_version_is_none_is_refused(string version)
    {
        var author = await world.NewAuthorAsync(await world.NewTenantAsync());
        var content = Echo();
        content["version"] = version;

        var error = await author.Http.DeniedAsync(HttpMethod.Post, Base, new { name = "x", content }, HttpStatusCode.BadRequest, "validation_error");

        Assert.Equal(["content.version"], error.Fields);
    }

    [Fact]
    public async Task A_flow_has_at_most_5_MiB()
    {
        var author = await world.NewAuthorAsync(await world.NewTenantAsync());
        var content = Echo();
        content["blob"] = new string('x', 4 << 20);
        var id = (await author.Http.NewFlowAsync(content: content)).Text("id");
        content["blob"] = new string('x', 5 << 20);

        await author.Http.DeniedAsync(HttpMethod.Post, Base, new { name = "Large", content }, HttpStatusCode.RequestEntityTooLarge, "payload_too_large");
        await author.Http.DeniedAsync(HttpMethod.Put, $"{Base}/{id}", new { content }, HttpStatusCode.RequestEntityTooLarge, "payload_too_large");
    }

    [Fact]
    public async Task A_deleted_flow_is_gone_for_everybody_and_can_be_restored_as_it_was()
    {
        var acme = await world.NewTenantAsync();
        var (author, admin) = (await world.NewAuthorAsync(acme), await world.NewPersonAsync(acme, [Roles.TenantAdmin]));
        var flow = await author.Http.NewFlowAsync();
        var path = $"{Base}/{flow.Text("id")}";

        await author.Http.BareAsync(HttpMethod.Delete, path, status: HttpStatusCode.NoContent);
        await admin.Http.DeniedAsync(HttpMethod.Get, path, null, HttpStatusCode.NotFound, "flow_not_found");
        await admin.Http.DeniedAsync(HttpMethod.Put, path, new { name = "x" }, HttpStatusCode.NotFound, "flow_not_found");
        await author.Http.DeniedAsync(HttpMethod.Delete, path, null, HttpStatusCode.NotFound, "flow_not_found");
        Assert.Empty((await author.Http.BareAsync(HttpMethod.Get, Base)).GetProperty("items").EnumerateArray());

        var restored = await author.Http.BareAsync(HttpMethod.Post, $"{path}/restore");
        var again = await author.Http.BareAsync(HttpMethod.Post, $"{path}/restore");

        Assert.Equal(flow.GetProperty("content").ToString(), restored.GetProperty("content").ToString());
        Assert.Equal(restored.ToString(), again.ToString());
    }

    [Fact]
    public async Task Every_change_is_in_the_audit_log()
    {
        var acme = await world.NewTenantAsync();
        var author = await world.NewAuthorAsync(acme);
        var id = (await author.Http.NewFlowAsync()).Text("id")!;
        await author.Http.SaveAsync(id, Echo("two"));
        await author.Http.BareAsync(HttpMethod.Delete, $"{Base}/{id}", status: HttpStatusCode.NoContent);
        await author.Http.BareAsync(HttpMethod.Post, $"{Base}/{id}/restore");

        var lines = await world.Server.WithDbAsync(db => db.AuditLog.Where(l => l.ResourceId == id).OrderBy(l => l.Sequence).ToListAsync());

        Assert.Equal(["flow.create", "flow.update", "flow.delete", "flow.restore"], lines.Select(l => l.Action));
        Assert.All(lines, l => Assert.Equal((acme.Tenant.Id.Value, author.Id, "SUCCESS"), (l.Stream, l.ActorId, l.Status)));
        Assert.Equal(lines[0].AfterDigest, lines[1].BeforeDigest);
    }

    private static ScaiGrid.Flows.SemVer SemVer(int major, int minor, int patch) => ScaiGrid.Flows.SemVer.Of(major, minor, patch);

    private static JsonObject Reversed(JsonObject members) => new(members.Reverse().Select(m => KeyValuePair.Create(m.Key, m.Value?.DeepClone())));
}
