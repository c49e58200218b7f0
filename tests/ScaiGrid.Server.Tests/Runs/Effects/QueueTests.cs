using System.Net;
using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using ScaiGrid.Server.Features.Runs;
using ScaiGrid.Server.Features.Runs.Effects;
using ScaiGrid.Server.Kernel;
using ScaiGrid.Server.Tests.Cores;
using ScaiGrid.Server.Tests.Host;
using static ScaiGrid.Server.Tests.Runs.Effects.OutsideWorld;

namespace ScaiGrid.Server.Tests.Runs.Effects;

public sealed class QueueTests(OutsideWorld outside) : IClassFixture<OutsideWorld>
{
    private const string Publish = "- queue_publish: { queue: work, scope: s, message_type: job, payload: { n: \"{{input.n}}\" } }";
    private const string Consume = "- { id: m, queue_consume: { queue: work, scope: s, timeout: 1h } }\n- rigid: \"{{m.payload.n}}\"";

    [Fact]
    public async Task What_one_run_publishes_another_consumes_once()
    {
        var admin = await outside.AdminAsync();
        var (publish, consume) = (await StartAsync(admin, Publish), await StartAsync(admin, Consume.Replace("1h", "0s", StringComparison.Ordinal)));

        var sent = await InvokeAsync(admin, publish, new { n = 7 });
        var first = await InvokeAsync(admin, consume);
        var second = await InvokeAsync(admin, consume);

        Assert.StartsWith("msg_", sent.Text("output.id"), StringComparison.Ordinal);
        Assert.Equal(7, first.At("output").GetInt32());
        Assert.Equal(JsonValueKind.Null, second.At("output").ValueKind);
        await Eventually.BecomesAsync(() => MessagesAsync(sent), messages => messages.Count == 0); // done with the run that took it
    }

    [Fact]
    public async Task A_consumer_that_finds_nothing_waits_without_being_held_in_memory()
    {
        var admin = await outside.AdminAsync();
        var (publish, consume) = (await StartAsync(admin, Publish), await StartAsync(admin, Consume));

        var waiting = await InvokeAsync(admin, consume, status: HttpStatusCode.Accepted);
        Assert.Equal("suspended", waiting.Text("status"));
        var steps = (await admin.GetDataAsync($"{TestCores.Base}/runs/{waiting.Text("id")}/steps")).At("steps");
        Assert.Equal("waiting", steps[0].Text("status"));
        await InvokeAsync(admin, publish, new { n = 7 });

        Assert.Equal(7, (await admin.CompletedAsync(waiting)).At("output").GetInt32());
    }

    [Fact]
    public async Task A_consumer_that_waited_in_vain_goes_on_without_a_message()
    {
        var admin = await outside.AdminAsync();
        var consume = await StartAsync(admin, "- { id: m, queue_consume: { queue: nothing, timeout: 1s } }\n- rigid: \"{{m == null ? 'nothing' : 'something'}}\"");

        var waiting = await InvokeAsync(admin, consume, status: HttpStatusCode.Accepted);

        Assert.Equal("nothing", (await admin.CompletedAsync(waiting)).Text("output"));
    }

    [Fact]
    public async Task Each_message_is_taken_by_one_of_many()
    {
        var admin = await outside.AdminAsync();
        var (publish, consume) = (await StartAsync(admin, Publish), await StartAsync(admin, Consume));
        var waiting = await Task.WhenAll(Enumerable.Range(0, 5).Select(_ => InvokeAsync(admin, consume, status: HttpStatusCode.Accepted)));

        await Task.WhenAll(Enumerable.Range(0, 10).Select(n => InvokeAsync(admin, publish, new { n })));
        var taken = await Task.WhenAll(waiting.Select(admin.CompletedAsync));
        var rest = await Task.WhenAll(Enumerable.Range(0, 5).Select(async _ => await admin.CompletedAsync(await InvokeAnyAsync(admin, consume))));

        Assert.Equal(Enumerable.Range(0, 10), taken.Concat(rest).Select(r => r.At("output").GetInt32()).Order());
    }

    [Fact]
    public async Task A_message_of_a_run_that_failed_comes_back_and_is_a_dead_letter_at_last()
    {
        var admin = await outside.AdminAsync();
        var publish = await StartAsync(admin, Publish, core: "scaiqueue: { scope: s, queues: [ { slug: work, max_retries: 1 } ] }");
        var consume = await StartAsync(admin, "- { id: m, queue_consume: { queue: work, scope: s, timeout: 0s } }\n- rigid: \"{{1 / m.attempt}} {{1 / 0}}\"");
        var sent = await InvokeAsync(admin, publish, new { n = 7 });

        await FailAsync(admin, consume);
        var back = (await Eventually.BecomesAsync(() => MessagesAsync(sent), m => m is [{ State: QueueMessageState.Ready, Failures: 1 }]))[0];
        Assert.True(back.VisibleAt > back.CreatedAt.AddSeconds(1));
        await outside.World.Server.WithDbAsync(db => db.QueueMessages.Where(m => m.Id == back.Id).ExecuteUpdateAsync(m => m.SetProperty(x => x.VisibleAt, DateTimeOffset.UnixEpoch)));
        await FailAsync(admin, consume);

        await Eventually.BecomesAsync(() => MessagesAsync(sent), m => m is [{ State: QueueMessageState.Dead, Failures: 2 }]);
    }

    [Fact]
    public async Task A_queue_by_priority_gives_the_most_urgent_first()
    {
        var admin = await outside.AdminAsync();
        const string Ranked = "scaiqueue: { scope: s, queues: [ { slug: work, consumer_mode: priority } ] }";
        var (low, high) = (await StartAsync(admin, "- queue_publish: { queue: work, payload: { n: 1 }, priority: low }", core: Ranked), await StartAsync(admin, "- queue_publish: { queue: work, payload: { n: 2 }, priority: critical, reason: \"now\" }", core: Ranked));
        await InvokeAsync(admin, low);
        await InvokeAsync(admin, high);
        var consume = await StartAsync(admin, Consume);

        Assert.Equal(2, (await InvokeAsync(admin, consume)).At("output").GetInt32());
        Assert.Equal(1, (await InvokeAsync(admin, consume)).At("output").GetInt32());
    }

    [Fact]
    public async Task Queues_of_other_tenants_and_scopes_are_other_queues()
    {
        var (admin, stranger) = (await outside.AdminAsync(), await outside.AdminAsync());
        await InvokeAsync(admin, await StartAsync(admin, Publish), new { n = 1 });
        var now = Consume.Replace("1h", "0s", StringComparison.Ordinal);

        Assert.Equal(JsonValueKind.Null, (await InvokeAsync(stranger, await StartAsync(stranger, now))).At("output").ValueKind);
        Assert.Equal(JsonValueKind.Null, (await InvokeAsync(admin, await StartAsync(admin, now.Replace("scope: s", "scope: t", StringComparison.Ordinal)))).At("output").ValueKind);
        Assert.Equal(1, (await InvokeAsync(admin, await StartAsync(admin, now))).At("output").GetInt32());
    }

    [Fact]
    public async Task A_run_that_is_executed_again_publishes_the_same_message_and_takes_the_same()
    {
        var (held, hold) = (new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously), new TaskCompletionSource<string>(TaskCreationOptions.RunContinuationsAsynchronously));
        await using var witness = new Witness { Answer = (_, _) => held.TrySetResult() ? hold.Task : Task.FromResult("{}") };
        var admin = await outside.AdminAsync();
        await InvokeAsync(admin, await StartAsync(admin, Publish), new { n = 1 });
        await InvokeAsync(admin, await StartAsync(admin, Publish), new { n = 2 });
        var id = await StartAsync(admin, $"""
            - parallel:
                branches:
                  - {"{"} name: out, steps: [ {"{"} queue_publish: {"{"} queue: other, scope: s {"}"} {"}"} ] {"}"}
                  - {"{"} name: take, steps: [ {"{"} queue_consume: {"{"} queue: work, scope: s {"}"} {"}"} ] {"}"}
                  - {"{"} name: slow, steps: [ {"{"} http_call: {"{"} url: "{witness.Url}" {"}"} {"}"} ] {"}"}
            """);
        var asked = admin.SendAsync(HttpMethod.Post, $"{TestCores.Base}/cores/{id}/invoke", new { });
        await held.Task;
        var runId = new Id<Run>(witness.Seen.First().Key!.Split(':')[0]);
        await Eventually.BecomesAsync(() => outside.World.Server.WithDbAsync(db => db.QueueMessages.CountAsync(m => m.PublishedBy == runId.Value || m.ClaimedBy == runId)), n => n == 2);
        await outside.World.Server.WithDbAsync(db => db.RetryOnConflictAsync(async () =>
        {
            (await db.Runs.SingleAsync(r => r.Id == runId)).Owner = new("rep_dead");
            return await db.SaveChangesAsync();
        }));

        var run = await Eventually.BecomesAsync(() => admin.GetDataAsync($"{TestCores.Base}/runs/{runId}"), r => r.Text("status") == "completed");
        hold.SetResult("{}");
        await asked;

        Assert.Equal(1, run.At("output.take.payload.n").GetInt32());
        Assert.Equal(1, await outside.World.Server.WithDbAsync(db => db.QueueMessages.CountAsync(m => m.PublishedBy == runId.Value)));
    }

    private static async Task<JsonElement> InvokeAnyAsync(HttpClient admin, string id) =>
        (await admin.SendAsync(HttpMethod.Post, $"{TestCores.Base}/cores/{id}/invoke", new { })).Body.GetProperty("data");

    private Task<List<QueueMessage>> MessagesAsync(JsonElement sent)
    {
        var id = new Id<QueueMessage>(sent.Text("output.id")!);
        return outside.World.Server.WithDbAsync(db => db.QueueMessages.AsNoTracking().Where(m => m.Id == id).ToListAsync());
    }
}
