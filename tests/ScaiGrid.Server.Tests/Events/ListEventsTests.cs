using System.Net;
using ScaiGrid.Server.Access;
using ScaiGrid.Server.Features.Events;
using ScaiGrid.Server.Tests.Cores;
using ScaiGrid.Server.Tests.Host;
using ScaiGrid.Server.Tests.Runs;

namespace ScaiGrid.Server.Tests.Events;

public sealed class ListEventsTests(World world)
{
    private static readonly string[] OfOneRun =
    [
        RuntimeEvents.Started, RuntimeEvents.BlockEntered, RuntimeEvents.BlockExited, RuntimeEvents.BlockEntered, "order.shipped", RuntimeEvents.BlockExited,
        RuntimeEvents.BlockEntered, RuntimeEvents.BlockExited, RuntimeEvents.Completed,
    ];

    [Fact]
    public async Task A_run_tells_that_it_started_what_its_steps_did_and_how_it_ended()
    {
        var (admin, id) = await StartedAsync(EventSteps.Telling);
        var run = await admin.PostDataAsync($"{TestCores.Base}/cores/{id}/invoke", new { input = new { name = "Ada" } });

        var told = await admin.EventsAsync("&type=scaicore.runtime.*");

        Assert.Equal(OfOneRun.Where(t => t != "order.shipped"), told.Select(e => e.Type));
        Assert.All(told, e => Assert.Equal((id, run.Text("id")), (e.Text("core_id"), e.Text("payload.execution_id"))));
        Assert.Equal("Ada", told[0].Text("payload.input.name"));
        Assert.Equal(("greet", "rigid"), (told[1].Text("payload.step_id"), told[1].Text("payload.block_kind")));
        Assert.Equal(("greet", "Hello Ada"), (told[2].Text("payload.result_binding"), told[2].Text("payload.result_binding_value")));
        Assert.Equal("Shipped 42", told[^1].Text("payload.output"));
        Assert.True(told[^1].At("payload.duration_ms").GetInt64() >= 0);
        Assert.Equal(told.Count, told.Select(e => e.Text("id")).Distinct().Count());
    }

    [Fact]
    public async Task An_author_has_a_step_tell_an_event_of_their_own()
    {
        var (admin, id) = await StartedAsync(EventSteps.Telling);
        await admin.PostDataAsync($"{TestCores.Base}/cores/{id}/invoke", new { input = new { name = "Ada" } });

        var told = Assert.Single(await admin.EventsAsync("&type=order.shipped"));

        Assert.Equal((42, "Ada", "ship"), (told.At("payload.payload.number").GetInt32(), told.Text("payload.payload.to"), told.Text("payload.step_id")));
    }

    [Fact]
    public async Task A_failed_run_tells_which_step_failed_and_why()
    {
        var (admin, id) = await StartedAsync(InvokeTests.Raising);
        await admin.SendAsync(HttpMethod.Post, $"{TestCores.Base}/cores/{id}/invoke", new { input = new { text = 7 } });

        var told = await admin.EventsAsync("&type=scaicore.runtime.*");

        Assert.Equal([RuntimeEvents.Started, RuntimeEvents.BlockEntered, RuntimeEvents.BlockExited, RuntimeEvents.BlockEntered, RuntimeEvents.BlockFailed, RuntimeEvents.Failed], told.Select(e => e.Type));
        Assert.Equal(("second", "expression_fault"), (told[4].Text("payload.step_id"), told[4].Text("payload.error.code")));
        Assert.Equal("expression_fault", told[5].Text("payload.error.code"));
    }

    [Fact]
    public async Task What_a_waiting_run_tells_before_and_after_the_answer_is_told_once()
    {
        var (admin, id) = await StartedAsync(TestCores.Approval);
        var run = await admin.PostDataAsync($"{TestCores.Base}/cores/{id}/invoke", new { input = new { message = "a taxi" } }, HttpStatusCode.Accepted);
        var before = await admin.EventsAsync();
        await admin.ResolveAsync(run.At("checkpoints")[0].Text("id"), "approve");
        await admin.CompletedAsync(run);

        var after = await admin.EventsAsync();

        Assert.Equal([RuntimeEvents.Started, RuntimeEvents.BlockEntered, FeedChanges.CheckpointPending], before.Where(e => e.Type != FeedChanges.Activated).Select(e => e.Type).OrderByDescending(t => t!.StartsWith(RuntimeEvents.Prefix, StringComparison.Ordinal)));
        Assert.Equal(before.Select(e => e.Text("id")), after.Take(before.Count).Select(e => e.Text("id")));
        Assert.Equal(
            [FeedChanges.CheckpointResolved, RuntimeEvents.BlockExited, RuntimeEvents.BlockEntered, RuntimeEvents.BlockExited, RuntimeEvents.Completed],
            after.Skip(before.Count).Select(e => e.Type));
    }

    [Fact]
    public async Task A_queued_run_that_is_cancelled_tells_that_it_ended()
    {
        var (admin, id) = await StartedAsync(TestCores.Approval);
        var run = await admin.PostDataAsync($"{TestCores.Base}/cores/{id}/invoke", null, HttpStatusCode.Accepted);

        await admin.PostDataAsync($"{TestCores.Base}/runs/{run.Text("id")}/cancel");

        var told = await admin.EventsAsync();
        Assert.Equal("cancelled", told.Single(e => e.Type == RuntimeEvents.Failed).Text("payload.error.code"));
        Assert.Equal("cancelled", told.Single(e => e.Type == FeedChanges.CheckpointResolved).Text("payload.status"));
    }

    [Fact]
    public async Task A_long_result_is_left_out_of_its_event()
    {
        var (admin, id) = await StartedAsync(TestCores.Echo);
        await admin.PostDataAsync($"{TestCores.Base}/cores/{id}/invoke", new { input = new { message = new string('x', 5000) } });

        var told = await admin.EventsAsync("&type=scaicore.runtime.*");

        Assert.True(told[0].At("payload.input_truncated").GetBoolean());
        Assert.True(told[2].At("payload.result_binding_truncated").GetBoolean());
        Assert.True(told[3].At("payload.output_truncated").GetBoolean());
        Assert.False(told[2].GetProperty("payload").TryGetProperty("result_binding_value", out _));
    }

    [Fact]
    public async Task Pages_of_any_size_show_every_event_once()
    {
        var (admin, id) = await StartedAsync(EventSteps.Telling);
        for (var i = 0; i < 4; i++)
        {
            await admin.PostDataAsync($"{TestCores.Base}/cores/{id}/invoke", new { input = new { name = $"{i}" } });
        }

        var all = (await admin.EventsAsync()).Select(e => e.Text("id")).ToList();
        foreach (var size in (int[])[1, 4, 7, 36])
        {
            var (seen, cursor) = (new List<string?>(), "");
            do
            {
                var page = await admin.GetDataAsync($"{EventSteps.Path}?limit={size}{cursor}");
                Assert.True(page.At("events").GetArrayLength() <= size);
                seen.AddRange(page.At("events").EnumerateArray().Select(e => e.Text("id")));
                cursor = page.At("next_cursor").GetString() is { } next ? $"&cursor={next}" : "";
            }
            while (cursor.Length > 0);

            Assert.Equal(all.AsEnumerable().Reverse(), seen);
        }

        Assert.Equal(1 + (4 * OfOneRun.Length), all.Count); // and that the Core was activated
    }

    [Fact]
    public async Task Events_of_one_Core_or_type_are_asked_for()
    {
        var (admin, id) = await StartedAsync(EventSteps.Telling);
        var other = await admin.StartedCoreAsync(TestCores.Echo);
        await admin.PostDataAsync($"{TestCores.Base}/cores/{id}/invoke");
        await admin.PostDataAsync($"{TestCores.Base}/cores/{other}/invoke");

        Assert.All(await admin.EventsAsync($"&core_id={other}"), e => Assert.Equal(other, e.Text("core_id")));
        Assert.Equal(2, (await admin.EventsAsync($"&type={RuntimeEvents.Completed}")).Count);
        Assert.Equal([id, other], (await admin.EventsAsync($"&type={FeedChanges.Activated}")).Select(e => e.Text("core_id")));
        Assert.Empty(await admin.EventsAsync("&type=nobody.tells_this"));
    }

    [Fact]
    public async Task Starting_stopping_and_deleting_a_Core_is_told()
    {
        var (admin, id) = await StartedAsync(TestCores.Echo);
        await admin.PostDataAsync($"{TestCores.Base}/cores/{id}/stop");
        await admin.SendAsync(HttpMethod.Delete, $"{TestCores.Base}/cores/{id}");

        Assert.Equal([FeedChanges.Activated, FeedChanges.Passivated, FeedChanges.Deleted], (await admin.EventsAsync()).Select(e => e.Type));
    }

    [Fact]
    public async Task Nobody_sees_the_events_of_another_tenant_or_without_the_permission()
    {
        var (admin, id) = await StartedAsync(EventSteps.Telling);
        await admin.PostDataAsync($"{TestCores.Base}/cores/{id}/invoke");
        var stranger = await (await world.NewTenantAsync()).AsAdminAsync();

        Assert.Empty(await stranger.EventsAsync());
        Assert.Empty(await stranger.EventsAsync($"&core_id={id}"));
        await (await (await world.NewTenantAsync()).AsAsync(Roles.TenantUser)).RefusedAsync(HttpMethod.Get, EventSteps.Path, null, HttpStatusCode.Forbidden, "AUTHZ_PERMISSION_DENIED");
    }

    [Theory]
    [InlineData("limit=0")]
    [InlineData("limit=501")]
    [InlineData("cursor=x")]
    [InlineData("type=aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa")]
    public async Task What_is_not_a_page_is_refused(string query)
    {
        var (admin, _) = await StartedAsync(TestCores.Echo);

        await admin.RefusedAsync(HttpMethod.Get, $"{EventSteps.Path}?{query}", null, HttpStatusCode.BadRequest, "VALIDATION_ERROR");
    }

    private async Task<(HttpClient Admin, string Id)> StartedAsync(string yaml)
    {
        var admin = await (await world.NewTenantAsync()).AsAdminAsync();
        return (admin, await admin.StartedCoreAsync(yaml));
    }
}
