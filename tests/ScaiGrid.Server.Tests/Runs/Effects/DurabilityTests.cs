using System.Net;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using ScaiGrid.Server.Features.Runs;
using ScaiGrid.Server.Kernel;
using ScaiGrid.Server.Tests.Cores;
using ScaiGrid.Server.Tests.Host;
using static ScaiGrid.Server.Tests.Runs.Effects.OutsideWorld;

namespace ScaiGrid.Server.Tests.Runs.Effects;

/// <summary>What touches the world is stored before it does; what was done is never done again, and what may have been is repeated under its key.</summary>
public sealed class DurabilityTests(OutsideWorld outside) : IClassFixture<OutsideWorld>
{
    private World World => outside.World;

    [Fact]
    public async Task A_run_and_what_led_to_an_effect_are_stored_before_it_is_performed()
    {
        Run? stored = null;
        await using var witness = new Witness
        {
            Answer = async (seen, _) =>
            {
                stored = await RowAsync(seen.Key!.Split(':')[0]);
                return "{}";
            },
        };
        var admin = await outside.AdminAsync();
        var id = await StartAsync(admin, $"- http_call: {{ url: \"{witness.Url}\" }}");

        var run = await InvokeAsync(admin, id);

        Assert.Equal((RunState.Running, true), (stored!.Status, stored.Owner == World.Server.Services.GetRequiredService<RunLeases>().Owner));
        var history = await World.Server.Services.GetRequiredService<RunHistories>().ReadAsync(stored, TestContext.Current.CancellationToken);
        Assert.Single(history!.Events);
        var over = await RowAsync(run.Text("id")!);
        Assert.Equal((RunState.Completed, null, null, null), (over!.Status, over.Owner, over.History, over.HistoryKey));
    }

    [Fact]
    public async Task A_history_holds_no_secret_that_a_reader_of_the_database_could_use()
    {
        Run? stored = null;
        await using var witness = new Witness
        {
            Answer = async (seen, _) =>
            {
                stored = await RowAsync(seen.Key!.Split(':')[0]);
                return "{}";
            },
        };
        var admin = await outside.AdminAsync();
        var environment = new Dictionary<string, object> { ["TOKEN"] = new { type = "secret", value = "hush-hush" } };
        var id = await StartAsync(admin, $"- http_call: {{ url: \"{witness.Url}\", headers: {{ X-Token: \"{{{{config.TOKEN}}}}\" }} }}", new { environment });

        await InvokeAsync(admin, id);

        Assert.Equal("hush-hush", Assert.Single(witness.Seen).Headers["x-token"]);
        Assert.DoesNotContain("hush", System.Text.Encoding.Latin1.GetString(stored!.History!), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_run_that_only_computes_is_not_stored_before_it_is_answered()
    {
        var admin = await outside.AdminAsync();
        var id = await StartAsync(admin, "- rigid: hello");

        var run = await InvokeAsync(admin, id);

        Assert.Equal("completed", run.Text("status"));
        var kept = await admin.GetDataAsync($"{TestCores.Base}/runs/{run.Text("id")}"); // written behind by now
        Assert.Equal("completed", kept.Text("status"));
    }

    [Theory]
    [InlineData("invoke")]
    [InlineData("events")]
    public async Task A_run_whose_process_died_in_an_effect_repeats_that_one_under_its_key_and_no_other(string how)
    {
        var (held, hold) = (new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously), new TaskCompletionSource<string>(TaskCreationOptions.RunContinuationsAsynchronously));
        var times = 0;
        await using var witness = new Witness
        {
            Answer = (seen, _) =>
            {
                if (seen.Url != "/second" || Interlocked.Increment(ref times) > 1)
                {
                    return Task.FromResult($$"""{"n": {{times}}}""");
                }

                held.SetResult();
                return hold.Task;
            },
        };
        var admin = await outside.AdminAsync();
        var id = await StartAsync(admin, $"""
            - http_call: {"{"} url: "{witness.Url}/first" {"}"}
            - {"{"} id: second, http_call: {"{"} url: "{witness.Url}/second" {"}"} {"}"}
            - http_call: {"{"} url: "{witness.Url}/third" {"}"}
            - rigid: "{"{{"}second.body.n{"}}"}"
            """);

        var asked = admin.SendAsync(HttpMethod.Post, $"{TestCores.Base}/cores/{id}/{how}", new { input = new { } });
        await held.Task;
        var runId = witness.Seen.First().Key!.Split(':')[0];
        await ChangeAsync(runId, r => r.Owner = new("rep_dead")); // as if the process that it names had died
        await Eventually.BecomesAsync(() => RowAsync(runId), r => r!.Status == RunState.Completed);
        hold.SetResult("""{"n": 1}"""); // the process was not dead, only slow: what it has to say does not count
        var (status, _) = await asked;

        Assert.Equal(["/first", "/second", "/second", "/third"], witness.Seen.Select(s => s.Url));
        Assert.Single(witness.Seen.Where(s => s.Url == "/second").Select(s => s.Key).Distinct());
        Assert.Equal(2, (await RowAsync(runId))!.Output.TryGetDecimal(out var n) ? n : 0);
        Assert.True(status is HttpStatusCode.OK or HttpStatusCode.Accepted, $"{status}");
    }

    [Fact]
    public async Task A_caller_who_leaves_does_not_end_a_run_that_has_touched_the_world()
    {
        var (held, hold) = (new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously), new TaskCompletionSource<string>(TaskCreationOptions.RunContinuationsAsynchronously));
        await using var witness = new Witness
        {
            Answer = (_, _) =>
            {
                held.TrySetResult();
                return hold.Task;
            },
        };
        var admin = await outside.AdminAsync();
        var id = await StartAsync(admin, $"- http_call: {{ url: \"{witness.Url}\" }}\n- rigid: done");
        using var leave = new CancellationTokenSource();

        var asked = admin.PostAsync(new Uri($"{TestCores.Base}/cores/{id}/invoke", UriKind.Relative), null, leave.Token);
        await held.Task;
        await leave.CancelAsync();
        hold.SetResult("{}");
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => asked);

        await Eventually.BecomesAsync(() => RowAsync(witness.Seen.First().Key!.Split(':')[0]), r => r!.Status == RunState.Completed);
        Assert.Single(witness.Seen);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_run_that_is_cancelled_in_an_effect_ends_there_at_once(bool byAnotherReplica)
    {
        var (held, hold) = (new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously), new TaskCompletionSource<string>(TaskCreationOptions.RunContinuationsAsynchronously));
        await using var witness = new Witness
        {
            Answer = (_, _) =>
            {
                held.TrySetResult();
                return hold.Task;
            },
        };
        var admin = await outside.AdminAsync();
        var id = await StartAsync(admin, $"- http_call: {{ url: \"{witness.Url}/a\" }}\n- http_call: {{ url: \"{witness.Url}/b\" }}");

        var asked = admin.SendAsync(HttpMethod.Post, $"{TestCores.Base}/cores/{id}/invoke", new { });
        await held.Task;
        var runId = witness.Seen.First().Key!.Split(':')[0];
        await using var replica = byAnotherReplica ? World.Server.AnotherReplica() : null;
        using var elsewhere = replica?.CreateClient();
        if (elsewhere is not null)
        {
            elsewhere.DefaultRequestHeaders.Authorization = admin.DefaultRequestHeaders.Authorization;
        }

        await (elsewhere ?? admin).PostDataAsync($"{TestCores.Base}/runs/{runId}/cancel");
        var (status, body) = await asked; // though nobody there ever answers

        hold.SetResult("{}");

        Assert.Equal((HttpStatusCode.BadGateway, "cancelled"), (status, body.Text("error.run_error")));
        Assert.Equal(RunState.Cancelled, (await RowAsync(runId))!.Status);
        Assert.Equal(["/a"], witness.Seen.Select(s => s.Url));
    }

    [Fact]
    public async Task A_run_whose_time_is_up_in_an_effect_ends_there()
    {
        var hold = new TaskCompletionSource<string>(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var witness = new Witness { Answer = (_, _) => hold.Task };
        var admin = await outside.AdminAsync();
        var id = await StartAsync(admin, $"- http_call: {{ url: \"{witness.Url}/a\" }}\n- http_call: {{ url: \"{witness.Url}/b\" }}", new { resource_limits = new { max_duration_seconds = 1 } });

        var (status, body) = await admin.SendAsync(HttpMethod.Post, $"{TestCores.Base}/cores/{id}/invoke", new { });

        hold.SetResult("{}");
        Assert.Equal((HttpStatusCode.BadGateway, "cancelled"), (status, body.Text("error.run_error")));
        Assert.Equal("cancelled", (await admin.GetDataAsync($"{TestCores.Base}/runs/{body.Text("error.execution_id")}")).Text("status"));
    }

    [Fact]
    public async Task A_large_history_is_an_object()
    {
        await using var witness = new Witness { Answer = (_, _) => Task.FromResult($"\"{new string('x', 1500)}\"") };
        var admin = await outside.AdminAsync();
        var id = await StartAsync(admin, $"- foreach: {{ in: \"'x'.repeat(40).split('')\", steps: [ {{ http_call: {{ url: \"{witness.Url}\" }} }} ] }}\n- {{ id: ask, checkpoint: {{ prompt: ok }} }}\n- rigid: \"{{{{ask}}}}\"");
        var run = await InvokeAsync(admin, id, status: HttpStatusCode.Accepted);

        var row = await RowAsync(run.Text("id")!);
        Assert.Equal((RunState.Suspended, null, true), (row!.Status, row.History, row.HistoryKey is not null));
        await admin.ResolveAsync(run.At("checkpoints")[0].Text("id"), "approve");

        Assert.Equal("approve", (await admin.CompletedAsync(run)).Text("output"));
        Assert.Equal(40, witness.Seen.Count);
    }

    private Task<Run?> RowAsync(string id) => World.Server.WithDbAsync(db => db.Runs.AsNoTracking().SingleOrDefaultAsync(r => r.Id == new Id<Run>(id)));

    private Task<int> ChangeAsync(string id, Action<Run> change) => World.Server.WithDbAsync(db => db.RetryOnConflictAsync(async () =>
    {
        change(await db.Runs.SingleAsync(r => r.Id == new Id<Run>(id)));
        return await db.SaveChangesAsync();
    }));
}
