using System.Net;
using System.Text.Json;
using ScaiGrid.Server.Features.Events;
using ScaiGrid.Server.Tests.Cores;
using ScaiGrid.Server.Tests.Events;
using ScaiGrid.Server.Tests.Host;
using ScaiGrid.Server.Tests.Runs;

namespace ScaiGrid.Server.Tests.Checkpoints;

/// <summary>Which questions people get to see, and how they are told of them.</summary>
public sealed class CheckpointModeTests(World world)
{
    [Theory]
    [InlineData("")]
    [InlineData("assignee: somebody,")]
    [InlineData("assignee: '{{input.nobody}}',")]
    public async Task A_Core_that_asks_only_whom_it_names_fails_where_it_names_nobody(string assignee)
    {
        var (admin, id) = await StartedAsync("routed", $"{{ {assignee} prompt: Sure? }}");

        var error = await admin.RefusedAsync(HttpMethod.Post, $"{TestCores.Base}/cores/{id}/invoke", null, HttpStatusCode.BadGateway, "RUN_FAILED");

        Assert.Equal("checkpoint_cancelled", error.Text("run_error"));
        Assert.Equal(0, (await admin.GetDataAsync($"{TestCores.Base}/checkpoints?include_hidden=true")).At("items").GetArrayLength());
        Assert.Empty(await admin.EventsAsync($"&type={FeedChanges.CheckpointPending}"));
    }

    [Fact]
    public async Task Such_a_Core_asks_whom_it_names()
    {
        var (admin, id) = await StartedAsync("routed", "{ prompt: Sure?, assignee: 'role:tenant_admin' }");

        var run = await InvokeAsync(admin, id);
        await admin.ResolveAsync(run.At("checkpoints")[0].Text("id"), "approve");

        Assert.Equal("approve", (await admin.CompletedAsync(run)).Text("output"));
    }

    [Fact]
    public async Task Such_a_Core_fails_a_queued_run_too()
    {
        var (admin, id) = await StartedAsync("routed", "{ prompt: Sure? }");

        var run = await admin.PostDataAsync($"{TestCores.Base}/cores/{id}/invoke", new { wait = false }, HttpStatusCode.Accepted);

        Assert.Equal("checkpoint_cancelled", (await admin.RunBecomesAsync(run, "failed")).Text("error.code"));
    }

    [Theory]
    [InlineData("{ prompt: Sure?, context: { visible: false } }")]
    [InlineData("{ type: debug_breakpoint, prompt: Stop }")]
    public async Task What_is_not_for_the_queue_waits_unseen_and_untold(string checkpoint)
    {
        var (admin, id) = await StartedAsync("visual_queue", checkpoint);

        var run = await InvokeAsync(admin, id);
        var asked = run.At("checkpoints")[0].Text("id");

        Assert.Equal(0, (await admin.GetDataAsync($"{TestCores.Base}/checkpoints")).At("items").GetArrayLength());
        Assert.Equal(asked, (await admin.GetDataAsync($"{TestCores.Base}/checkpoints?include_hidden=true")).At("items")[0].Text("id"));
        Assert.Empty(await admin.EventsAsync($"&type={FeedChanges.CheckpointPending}"));
        await admin.ResolveAsync(asked, "approve");
        await admin.CompletedAsync(run);
    }

    [Fact]
    public async Task Everything_else_is_in_the_queue()
    {
        var (admin, id) = await StartedAsync("visual_queue", "{ prompt: Sure?, context: { visible: true } }");

        await InvokeAsync(admin, id);

        Assert.Equal(1, (await admin.GetDataAsync($"{TestCores.Base}/checkpoints")).At("items").GetArrayLength());
    }

    [Fact]
    public async Task People_are_told_when_they_are_asked_when_somebody_else_is_and_when_it_is_answered()
    {
        var (admin, id) = await StartedAsync("auto", "{ prompt: Sure?, assignee: 'role:tenant_admin', priority: high }");
        var asked = (await InvokeAsync(admin, id)).At("checkpoints")[0].Text("id");
        await admin.PostDataAsync($"{TestCores.Base}/checkpoints/{asked}/reassign", new { assignee = "role:tenant_viewer" });
        var admitted = await admin.SendAsync(HttpMethod.Post, $"{TestCores.Base}/checkpoints/{asked}/resolve", new { resolution = "approve" }); // admins may always

        Assert.Equal(HttpStatusCode.OK, admitted.Status);
        var pending = await admin.EventsAsync($"&type={FeedChanges.CheckpointPending}");
        Assert.Equal([("opened", "role:tenant_admin"), ("reassigned", "role:tenant_viewer")], pending.Select(e => (e.Text("payload.reason"), e.Text("payload.assignee"))));
        Assert.All(pending, e => Assert.Equal((asked, "Sure?", "high"), (e.Text("payload.checkpoint_id"), e.Text("payload.prompt"), e.Text("payload.priority"))));
        var resolved = Assert.Single(await admin.EventsAsync($"&type={FeedChanges.CheckpointResolved}"));
        Assert.Equal((asked, "resolved", "approve"), (resolved.Text("payload.checkpoint_id"), resolved.Text("payload.status"), resolved.Text("payload.resolution")));
    }

    [Fact]
    public async Task A_form_is_shown_and_its_decisions_are_the_only_answers()
    {
        var (admin, id) = await StartedAsync("auto", """
            { type: hitl_review, prompt: Review, queue: reviews, sections: [
              { type: context, title: Claim, content: "{{input.claim}}" }, { type: decision, field: decision, options: [ accept, { id: refuse, label: No } ] } ] }
            """);

        var asked = (await admin.PostDataAsync($"{TestCores.Base}/cores/{id}/invoke", new { input = new { claim = "It rained." } }, HttpStatusCode.Accepted)).At("checkpoints")[0];

        Assert.Equal(("reviews", "It rained."), (asked.Text("form.queue"), asked.At("form.sections")[0].Text("content")));
        Assert.Equal(["accept", "refuse"], asked.At("options").EnumerateArray().Select(o => o.GetString()));
        await admin.RefusedAsync(HttpMethod.Post, $"{TestCores.Base}/checkpoints/{asked.Text("id")}/resolve", new { resolution = "maybe" }, HttpStatusCode.BadRequest, "VALIDATION_ERROR");
        await admin.ResolveAsync(asked.Text("id"), "refuse");
    }

    private static Task<JsonElement> InvokeAsync(HttpClient admin, string id) => admin.PostDataAsync($"{TestCores.Base}/cores/{id}/invoke", null, HttpStatusCode.Accepted);

    private async Task<(HttpClient Admin, string Id)> StartedAsync(string mode, string checkpoint)
    {
        var admin = await (await world.NewTenantAsync()).AsAdminAsync();
        var yaml = $"core: {{ name: Asker, flows: [ {{ name: ask, steps: [ {{ id: ask, checkpoint: {checkpoint.ReplaceLineEndings(" ")}, result: decision }}, {{ id: tell, rigid: \"{{{{decision}}}}\" }} ] }} ] }}";
        var id = (await admin.CreateCoreAsync(yaml)).Text("id")!;
        await admin.DataAsync(HttpMethod.Put, $"{TestCores.Base}/cores/{id}", new { checkpoint_mode = mode });
        await admin.PostDataAsync($"{TestCores.Base}/cores/{id}/start");
        return (admin, id);
    }
}
