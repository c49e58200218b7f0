using ScaiGrid.Flows.Language;
using ScaiGrid.Flows.Manifests;

namespace ScaiGrid.Runtime.Tests;

public class EffectTests
{
    private const string Http = "- { id: call, http_call: { method: PUT, url: \"https://a.example/{{n}}\", headers: { X: \"{{n}}\" }, query: { q: \"{{n}}\" }, body: [\"{{n}}\"], timeout: 5s } }";
    private const string Plugin = "- { id: call, plugin_call: { alias: ledger, method: post, args: { n: \"{{n}}\" }, timeout: 5s } }";
    private const string Publish = "- { id: call, queue_publish: { queue: q, scope: s, message_type: t, payload: [\"{{n}}\"], priority: high, reason: \"because {{n}}\" } }";
    private const string Consume = "- { id: call, queue_consume: { queue: q, scope: s, timeout: 5s } }";
    private const string Core = "- { id: call, core_call: { target: core://acme/sub, flow_name: f, input: { n: \"{{n}}\" }, instance_key: \"k{{n}}\", version: \"3\", timeout: 5s } }";

    public static TheoryData<string, string> Kinds => new()
    {
        { Http, RunFaults.HttpCallFailed },
        { Plugin, RunFaults.PluginCallFailed },
        { Publish, RunFaults.QueuePublishFailed },
        { Consume, RunFaults.QueueConsumeFailed },
        { Core, RunFaults.CoreCallFailed },
    };

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task What_an_effect_gives_is_the_result_of_its_step(string step, string failed)
    {
        var run = await Running.Load($"{step}\n- rigid: \"{{{{call.value}}}}\"").RunAsync(
            new ScriptedHost().Does("steps[0]", new EffectOutcome(Value.FromJson("""{"value": 42}"""))), """{"n": 7}""");

        Assert.Equal((RunStatus.Completed, "42"), (run.Status, run.Output.ToJson()));
        Assert.Equal((StepStatus.Completed, """{"value":42}"""), (run.Trace[0].Status, run.Trace[0].Result.ToJson()));
        Assert.Equal(failed, $"{run.Trace[0].Kind}_failed");
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task An_effect_that_fails_fails_the_run_with_the_code_of_its_kind(string step, string failed)
    {
        var run = await Running.Load($"{step}\n- rigid: never").RunAsync(new ScriptedHost().Does("steps[0]", EffectOutcome.Failed("down", "It is down.")));

        Assert.Equal((RunStatus.Failed, new RunFault(failed, "It is down. (down)", "steps[0]")), (run.Status, run.Fault));
        Assert.Equal(StepStatus.Failed, Assert.Single(run.Trace).Status);
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task After_a_crash_an_effect_without_an_outcome_is_repeated_under_its_key_and_one_with_an_outcome_never(string step, string failed)
    {
        var program = Running.Load($"{step}\n- {{ id: second, {step["- { id: call, ".Length..]}");
        var host = new ScriptedHost().Does("steps[0]", new EffectOutcome(1)).Does("steps[1]", new EffectOutcome(2));
        var full = await program.RunAsync(host);
        var crashed = new RunHistory([.. full.History.Events.Take(2)]);
        var after = new ScriptedHost().Does("steps[1]", new EffectOutcome("again"));

        var run = await program.ResumeAsync(crashed, null, after);

        Assert.Equal((RunStatus.Completed, "again"), (run.Status, run.Output.AsString()));
        var (before, repeated) = (host.Effects.Last(), Assert.Single(after.Effects));
        Assert.Equal(("run_1:steps[1]:1", before.GetType()), (repeated.IdempotencyKey, repeated.GetType()));
        Assert.Equal(before.IdempotencyKey, repeated.IdempotencyKey);
        Assert.NotEmpty(failed);
    }

    [Theory]
    [InlineData(Http)]
    [InlineData(Plugin)]
    public async Task An_effect_that_takes_too_long_has_failed(string step)
    {
        var host = new ScriptedHost();
        host.Does("steps[0]", async (_, ct) =>
        {
            var never = new TaskCompletionSource<EffectOutcome?>();
            await using var stopped = ct.Register(() => never.TrySetCanceled(ct));
            host.Time.Advance(TimeSpan.FromSeconds(6));
            return await never.Task;
        });

        var run = await Running.Load(step).RunAsync(host);

        Assert.Equal(RunStatus.Failed, run.Status);
        Assert.Equal("There was no outcome within 5 s. (timeout)", run.Fault!.Message);
        Assert.True(((EffectPerformed)run.History.Events[1]).Outcome.Failure!.Retryable);
    }

    [Fact]
    public async Task Effects_have_their_templates_rendered()
    {
        var host = new ScriptedHost();
        foreach (var step in (string[])[Http, Plugin, Publish, Consume, Core])
        {
            await Running.Load(step).RunAsync(host.Does("steps[0]", new EffectOutcome(1)), """{"n": 7}""");
        }

        var (http, plugin, publish, consume, core) =
            ((HttpCall)host.Effects.ElementAt(0), (PluginCall)host.Effects.ElementAt(1), (QueuePublish)host.Effects.ElementAt(2),
            (QueueConsume)host.Effects.ElementAt(3), (CoreCall)host.Effects.ElementAt(4));
        Assert.Equal(("PUT", "https://a.example/7", """{"X":7}""", """{"q":7}""", "[7]"), (http.Method, http.Url, http.Headers.ToJson(), http.Query.ToJson(), http.Body.ToJson()));
        Assert.Equal(("ledger", "post", """{"n":7}"""), (plugin.Alias, plugin.Method, plugin.Args.ToJson()));
        Assert.Equal(("s", "q", "t", "[7]", CheckpointPriority.High, "because 7"), (publish.Scope, publish.Queue, publish.MessageType, publish.Payload.ToJson(), publish.Priority, publish.Reason));
        Assert.Equal(("s", "q"), (consume.Scope, consume.Queue));
        Assert.Equal((new CoreAddress("acme", "sub"), "f", """{"n":7}""", "k7", "3", false), (core.Target, core.FlowName, core.Input.ToJson(), core.InstanceKey, core.Version, core.IsAsync));
        Assert.Equal(TimeSpan.FromSeconds(5), http.Timeout);
        Assert.Equal(TimeSpan.FromSeconds(5), plugin.Timeout);
    }

    [Theory]
    [InlineData("- http_call: { url: \"{{1 / 0}}\" }")]
    [InlineData("- http_call: { url: x, headers: { a: \"{{1 / 0}}\" } }")]
    [InlineData("- http_call: { url: x, query: { a: \"{{1 / 0}}\" } }")]
    [InlineData("- http_call: { url: x, body: \"{{1 / 0}}\" }")]
    [InlineData("- plugin_call: { alias: a, method: m, args: { a: \"{{1 / 0}}\" } }")]
    [InlineData("- queue_publish: { queue: q, payload: \"{{1 / 0}}\" }")]
    [InlineData("- queue_publish: { queue: q, reason: \"{{1 / 0}}\" }")]
    [InlineData("- core_call: { target: core://a/b, input: \"{{1 / 0}}\" }")]
    [InlineData("- core_call: { target: core://a/b, instance_key: \"{{1 / 0}}\" }")]
    public async Task A_template_that_fails_fails_the_run_and_nothing_is_performed(string step)
    {
        var host = new ScriptedHost();

        Assert.Equal((RunFaults.ExpressionFault, "steps[0]"), await Running.Load(step).RunAsync(host).FaultAsync() is var fault ? (fault.Code, fault.StepPath) : default);
        Assert.Empty(host.Effects);
        Assert.Empty(host.Saves);
    }

    [Fact]
    public async Task What_led_to_an_effect_is_saved_before_it_and_models_alone_save_nothing()
    {
        var program = Running.Load("""
            - llm_turn: a
            - { id: b, http_call: { url: "https://example.com" } }
            - llm_turn: c
            - rigid: d
            """);
        var host = new ScriptedHost().Answers("1", "2");
        var seen = new List<int>();
        host.Does("steps[1]", (_, _) =>
        {
            seen.AddRange(host.Saves);
            return Task.FromResult<EffectOutcome?>(new(1));
        });

        await program.RunAsync(host);

        Assert.Equal([2], seen); // the start and the first answer
        Assert.Equal([2, 3], host.Saves); // a durable run saves what finished before it asks the next model
        Assert.Empty((await Saves("- llm_turn: a\n- llm_turn: b", new ScriptedHost().Answers("1", "2"))));
        Assert.Equal([1, 2], await Saves("- llm_turn: a\n- llm_turn: b", new ScriptedHost { IsDurable = true }.Answers("1", "2")));
        Assert.Empty(await Saves("- rigid: a", new ScriptedHost { IsDurable = true }));

        static async Task<List<int>> Saves(string steps, ScriptedHost host)
        {
            await Running.Load(steps).RunAsync(host);
            return host.Saves;
        }
    }

    [Fact]
    public async Task A_resumed_run_saves_nothing_that_was_saved()
    {
        var program = Running.Load(Http);
        var full = await program.RunAsync(new ScriptedHost().Does("steps[0]", new EffectOutcome(1)));
        var host = new ScriptedHost { IsDurable = true }.Does("steps[0]", new EffectOutcome(1));

        await program.ResumeAsync(new([full.History.Events[0]]), null, host);

        Assert.Empty(host.Saves);
        Assert.Single(host.Effects);
    }

    [Fact]
    public async Task An_outcome_that_comes_later_suspends_the_run()
    {
        var program = Running.Load($"{Consume}\n- rigid: \"{{{{call}}}}\"");

        var waiting = await program.RunAsync(new ScriptedHost().Does("steps[0]", outcome: null));
        var done = await program.ResumeAsync(waiting.History, new EffectPerformed("steps[0]", 1, new("late")));

        Assert.Equal((RunStatus.Suspended, StepStatus.Waiting), (waiting.Status, waiting.Trace[0].Status));
        var consume = Assert.IsType<QueueConsume>(Assert.Single(waiting.Waiting));
        Assert.Equal(waiting.History.Events[0].At.AddSeconds(5), consume.Until);
        Assert.Equal((RunStatus.Completed, "late"), (done.Status, done.Output.AsString()));
        Assert.Empty(done.Waiting);
    }

    [Fact]
    public async Task A_run_that_goes_on_for_another_reason_asks_again_for_what_it_waits_for_and_the_time_is_the_same()
    {
        var program = Running.Load("""
            - parallel:
                branches:
                  - { name: a, steps: [ { id: m, queue_consume: { queue: q, timeout: 1h } } ] }
                  - { name: b, steps: [ { id: c, checkpoint: { prompt: ok } } ] }
            """);
        var host = new ScriptedHost().Does("steps[0].branches[0].steps[0]", outcome: null);
        var first = await program.RunAsync(host);

        var second = await program.ResumeAsync(first.History, new CheckpointResolved("cp_1", "approve"), host);

        Assert.Equal(RunStatus.Suspended, second.Status);
        Assert.Equal(first.Waiting, second.Waiting);
        Assert.Equal(2, host.Effects.Count);
    }

    [Fact]
    public async Task A_refused_event_does_not_keep_a_run_from_going_on()
    {
        var program = Running.Load(Http);
        var full = await program.RunAsync(new ScriptedHost().Does("steps[0]", new EffectOutcome(1)));

        var run = await program.ResumeAsync(
            new([full.History.Events[0]]), new CheckpointResolved("cp_9", "x"), new ScriptedHost().Does("steps[0]", new EffectOutcome(2)));

        Assert.Equal((RunStatus.Completed, "2", null), (run.Status, run.Output.ToJson(), run.Fault));
    }

    [Fact]
    public async Task Several_events_are_taken_at_once()
    {
        var program = Running.Load("""
            - parallel:
                branches:
                  - { name: a, steps: [ { id: x, checkpoint: { prompt: A } } ] }
                  - { name: b, steps: [ { id: y, checkpoint: { prompt: B } } ] }
            """);
        var waiting = await program.RunAsync();

        var run = await Engine.ResumeAsync(
            program, waiting.History, new ScriptedHost(), TestContext.Current.CancellationToken,
            new CheckpointResolved("cp_2", "reject"), new CheckpointResolved("cp_7", "reject"), new CheckpointResolved("cp_1", "approve"));

        Assert.Equal("""{"a":"approve","b":"reject"}""", run.Output.ToJson());
    }

    [Theory]
    [InlineData("steps[0]", 2)]
    [InlineData("steps[9]", 1)]
    public async Task An_outcome_that_nobody_waits_for_is_refused(string path, int attempt)
    {
        var program = Running.Load(Consume);
        var waiting = await program.RunAsync(new ScriptedHost().Does("steps[0]", outcome: null));

        var run = await program.ResumeAsync(waiting.History, new EffectPerformed(path, attempt, new(1)), new ScriptedHost().Does("steps[0]", outcome: null));

        Assert.Equal((RunStatus.Suspended, RunFaults.HistoryMismatch), (run.Status, run.Fault!.Code));
        Assert.Equal(waiting.History.ToJson(), run.History.ToJson());
    }

    [Fact]
    public async Task An_answer_of_a_model_is_no_outcome_and_the_other_way_round()
    {
        var (consume, model) = (Running.Load(Consume), Running.Load("- llm_turn: hi"));
        var waiting = await consume.RunAsync(new ScriptedHost().Does("steps[0]", outcome: null));
        var asked = await model.RunAsync(new ScriptedHost().Answers("x"));

        var one = await consume.ResumeAsync(new([.. waiting.History.Events, new ModelAnswered("steps[0]", 1, ModelAnswer.Of("x"))]), null);
        var two = await model.ResumeAsync(new([asked.History.Events[0], new EffectPerformed("steps[0]", 1, new(1))]), null);

        Assert.Equal((RunFaults.HistoryMismatch, RunFaults.HistoryMismatch), (one.Fault!.Code, two.Fault!.Code));
    }

    [Fact]
    public async Task The_first_branch_that_fails_stops_the_effects_of_the_others()
    {
        var stopped = new TaskCompletionSource();
        var host = new ScriptedHost()
            .Does("steps[0].branches[0].steps[0]", async (_, ct) =>
            {
                var never = new TaskCompletionSource<EffectOutcome?>();
                await using var registration = ct.Register(() => never.TrySetCanceled(ct));
                await using var told = ct.Register(stopped.SetResult);
                return await never.Task;
            })
            .Does("steps[0].branches[1].steps[0]", outcome: null)
            .Does("steps[0].branches[2].steps[0]", EffectOutcome.Failed("down", "broken"));

        var run = await Running.Load("""
            - parallel:
                branches:
                  - { name: a, steps: [ { http_call: { url: x } } ] }
                  - { name: b, steps: [ { queue_consume: { queue: q } } ] }
                  - { name: c, steps: [ { plugin_call: { alias: p, method: m } } ] }
            """).RunAsync(host);

        await stopped.Task;
        Assert.Equal((RunStatus.Failed, RunFaults.PluginCallFailed), (run.Status, run.Fault!.Code));
        Assert.Empty(run.Waiting);
    }

    [Fact]
    public async Task A_run_can_be_cancelled_in_the_midst_of_an_effect()
    {
        using var stop = new CancellationTokenSource();
        var host = new ScriptedHost().Does("steps[0]", async (_, ct) =>
        {
            var never = new TaskCompletionSource<EffectOutcome?>();
            await using var registration = ct.Register(() => never.TrySetCanceled(ct));
            await stop.CancelAsync();
            return await never.Task;
        });

        var run = await Engine.RunAsync(Running.Load(Http), Running.Start(), host, stop.Token);

        Assert.Equal(RunStatus.Cancelled, run.Status);
        Assert.IsType<RunCancelled>(run.History.Events[^1]);
    }

    [Fact]
    public async Task A_failed_branch_that_may_fail_tells_what_failed() =>
        Assert.Equal("""{"a":{"error":{"code":"http_call_failed","message":"broken (down)"}}}""", await Running.Load("""
            - parallel: { fail_fast: false, branches: [ { name: a, steps: [ { http_call: { url: x } } ] } ] }
            """).RunAsync(new ScriptedHost().Does("steps[0].branches[0].steps[0]", EffectOutcome.Failed("down", "broken"))).OutputAsync());
}
