using ScaiGrid.Flows.Manifests;

namespace ScaiGrid.Runtime.Tests;

public sealed class EmitTests
{
    [Fact]
    public async Task A_completed_step_tells_its_result()
    {
        var run = await Running.Load("- { id: a, rigid: done, emit: { event: order.done } }").RunAsync();

        var told = Assert.Single(run.Trace).Emitted!;
        Assert.Equal(("order.done", "done", false), (told.Type, told.Payload.AsString(), told.PayloadTruncated));
    }

    [Fact]
    public async Task A_payload_sees_the_result_and_what_came_before()
    {
        var run = await Running.Load("""
            - { id: a, rigid: one }
            - { id: b, rigid: two, emit: { event: both, payload: { all: "{{a}} {{b}} {{input.x}}" } } }
            """).RunAsync(input: """{"x": 3}""");

        Assert.Equal("one two 3", run.Trace[1].Emitted!.Payload["all"].AsString());
    }

    [Fact]
    public async Task A_payload_that_cannot_be_rendered_fails_the_step()
    {
        var run = await Running.Load("""- { id: a, rigid: one, emit: { event: e, payload: "{{'a' < 1}}" } }""").RunAsync();

        Assert.Equal((RunStatus.Failed, RunFaults.ExpressionFault, StepStatus.Failed), (run.Status, run.Fault!.Code, run.Trace[0].Status));
        Assert.Null(run.Trace[0].Emitted);
    }

    [Fact]
    public async Task A_long_payload_is_left_out()
    {
        var run = await Running.Load("""- { id: a, rigid: "{{input.x}}", emit: { event: e } }""").RunAsync(input: $$"""{"x": "{{new string('x', 5000)}}"}""");

        var told = run.Trace[0].Emitted!;
        Assert.True(told is { PayloadTruncated: true, Payload.IsNull: true });
    }

    [Fact]
    public async Task A_step_that_is_skipped_or_fails_tells_nothing()
    {
        var run = await Running.Load("""
            - { id: a, llm_turn: a, guard: "false", emit: { event: e } }
            - { id: b, rigid: "{{'a' < 1}}", emit: { event: e } }
            """).RunAsync();

        Assert.All(run.Trace, t => Assert.Null(t.Emitted));
    }

    [Fact]
    public async Task What_the_trace_tells_is_numbered_in_the_order_it_happens_and_so_in_every_replay()
    {
        var program = Running.Load("""
            - parallel:
                branches:
                  - { name: l, steps: [ { id: l1, llm_turn: l, emit: { event: left } }, { id: l2, rigid: x } ] }
                  - { name: r, steps: [ { id: r1, llm_turn: r } ] }
            - { id: ask, checkpoint: { prompt: sure? } }
            - { id: end, rigid: done }
            """);
        var waiting = await program.RunAsync(new ScriptedHost().Answers("1", "2"));
        var over = await program.ResumeAsync(waiting.History, new CheckpointResolved("cp_1", "approve"));

        foreach (var run in (RunResult[])[waiting, over])
        {
            var marks = run.Trace.SelectMany(t => (int[])[t.Entered, t.Left, t.Emitted?.Mark ?? 0]).Where(m => m > 0).ToList();
            Assert.Equal(Enumerable.Range(1, marks.Count), marks.Order());
        }

        Assert.Equal(waiting.Trace.Select(t => (t.Path, t.Entered, t.Emitted?.Mark)), over.Trace.Take(waiting.Trace.Count).Select(t => (t.Path, t.Entered, t.Emitted?.Mark)));
        Assert.All(waiting.Trace.Zip(over.Trace).Where(p => p.First.Left > 0), p => Assert.Equal(p.First.Left, p.Second.Left));
    }

    [Theory]
    [InlineData("{ event: scaicore.mine }")]
    [InlineData("{ event: Shipped }")]
    [InlineData("{ event: a..b }")]
    [InlineData("{ event: aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa }")]
    [InlineData("{ payload: x }")]
    [InlineData("shipped")]
    public void What_is_not_an_event_is_refused(string emit) =>
        Assert.False(ManifestReader.Read($"core: {{ name: t, flows: [ {{ steps: [ {{ rigid: x, emit: {emit} }} ] }} ] }}").Succeeded(out _));

    [Fact]
    public async Task A_step_shows_what_it_asked_and_what_that_cost()
    {
        var run = await Running.Load("- { id: a, llm_turn: Say. }").RunAsync(new ScriptedHost().Answers(new ModelAnswer("hi", new(10, 2, 0.5m))));

        var step = Assert.Single(run.Trace);
        Assert.Equal(("test/model", 0.5m, 0.5m), (Assert.IsType<ModelCall>(step.Asked).Model, step.Usage.Cost, run.Usage.Cost));
        Assert.True(RunHistory.TryParse(run.History.ToJson(), out var kept, out _));
        Assert.Equal(0.5m, kept.Events.OfType<ModelAnswered>().Single().Answer.Usage.Cost);
    }
}
