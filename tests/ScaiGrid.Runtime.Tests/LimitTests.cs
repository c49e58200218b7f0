using ScaiGrid.Flows.Language;

namespace ScaiGrid.Runtime.Tests;

public class LimitTests
{
    private static readonly RunLimits Small = new(Steps: 50, ModelCalls: 3, Iterations: 20, ScopeSize: 2000, ValueDepth: 8, Trace: 10, Effects: 2);

    [Theory]
    [InlineData(RunFaults.LimitSteps, """
        - while: { when: true, max_iterations: 10000, steps: [ { rigid: a }, { rigid: b }, { rigid: c }, { rigid: d } ] }
        """)]
    [InlineData(RunFaults.LimitIterations, """
        - while: { when: true, max_iterations: 10000, steps: [ { rigid: a } ] }
        """)]
    [InlineData(RunFaults.LimitIterations, """
        - foreach: { in: "'x'.repeat(21).split('')", steps: [ { rigid: a } ] }
        """)]
    [InlineData(RunFaults.LimitModelCalls, """
        - while: { when: true, max_iterations: 10, steps: [ { llm_turn: again } ] }
        """)]
    [InlineData(RunFaults.LimitEffects, """
        - while: { when: true, max_iterations: 10, steps: [ { queue_publish: { queue: q } } ] }
        """)]
    [InlineData(RunFaults.LimitScopeSize, """
        - { id: large, http_call: { url: "https://example.com" } }
        """)]
    [InlineData(RunFaults.LimitValueDepth, """
        - { id: deep, plugin_call: { alias: p, method: m } }
        """)]
    [InlineData(RunFaults.LimitScopeSize, """
        - rigid: "{{'x'.repeat(3000)}}"
        """)]
    [InlineData(RunFaults.LimitScopeSize, """
        - set: { x: "'x'" }
        - while: { when: true, max_iterations: 20, steps: [ { set: { x: x + x } } ] }
        """)]
    [InlineData(RunFaults.LimitScopeSize, """
        - foreach: { in: "'x'.repeat(15).split('')", steps: [ { rigid: "{{'x'.repeat(200)}}" } ] }
        """)]
    [InlineData(RunFaults.LimitScopeSize, """
        - parallel:
            fail_fast: false
            branches:
              - { name: a, steps: [ { rigid: "{{'x'.repeat(1500)}}" } ] }
              - { name: b, steps: [ { rigid: "{{'x'.repeat(1500)}}" } ] }
        """)]
    [InlineData(RunFaults.LimitValueDepth, """
        - set: { x: 1 }
        - while: { when: true, max_iterations: 20, steps: [ { set: { x: "[x]" } } ] }
        """)]
    public async Task A_limit_that_is_hit_fails_the_run_with_its_name(string code, string steps)
    {
        var host = new ScriptedHost().Answers("a", "b", "c", "d")
            .Does("steps[0]#0.steps[0]", new EffectOutcome(1)).Does("steps[0]#1.steps[0]", new EffectOutcome(2))
            .Does("steps[0]", new EffectOutcome(steps.Contains("deep") ? Value.FromJson("[[[[[[[[[1]]]]]]]]]") : new string('x', 3000)));

        Assert.Equal(code, (await Running.Load(steps).RunAsync(host, limits: Small).FaultAsync()).Code);
    }

    [Theory]
    [InlineData("""{"x": "LONG"}""", RunFaults.LimitScopeSize)]
    [InlineData("""{"x": [[[[[[[[[1]]]]]]]]]}""", RunFaults.LimitValueDepth)]
    public async Task An_input_that_is_too_much_fails_the_run_before_it_begins(string input, string code)
    {
        var run = Running.Load("- rigid: x").RunAsync(input: input.Replace("LONG", new string('x', 3000), StringComparison.Ordinal), limits: Small);

        Assert.Equal(code, (await run.FaultAsync()).Code);
    }

    [Fact]
    public async Task What_an_iteration_held_is_given_back()
    {
        var program = Running.Load("""
            - foreach: { in: "'x'.repeat(19).split('')", steps: [ { id: big, rigid: "{{'x'.repeat(1000)}}" }, { rigid: small } ] }
            - parallel: { branches: [ { name: a, steps: [ { rigid: "{{'x'.repeat(1000)}}" }, { rigid: a } ] } ] }
            - rigid: "{{'x'.repeat(1000)}}"
            """);

        Assert.Equal(RunStatus.Completed, (await program.RunAsync(limits: Small)).Status);
    }

    [Fact]
    public async Task The_trace_stops_growing_and_the_run_goes_on()
    {
        var run = await Running.Load("- foreach: { in: \"'x'.repeat(15).split('')\", steps: [ { rigid: a } ] }").RunAsync(limits: Small);

        Assert.Equal((RunStatus.Completed, 10, 16), (run.Status, run.Trace.Count, run.Usage.Steps));
    }

    [Fact]
    public async Task A_long_result_is_left_out_of_the_trace()
    {
        var run = await Running.Load("- rigid: \"{{'x'.repeat(5000)}}\"").RunAsync();

        Assert.True(run.Trace[0] is { ResultTruncated: true, Result.IsNull: true });
        Assert.Equal(5000, run.Output.AsString()!.Length);
    }

    [Fact]
    public async Task A_run_that_never_calls_anything_can_still_be_cancelled()
    {
        using var stop = new CancellationTokenSource();
        await stop.CancelAsync();
        var program = Running.Load("- foreach: { in: \"'x'.repeat(9000).split('')\", steps: [ { rigid: a } ] }");

        var run = await Engine.RunAsync(program, Running.Start(), new ScriptedHost(), stop.Token);
        var again = await program.ResumeAsync(run.History, null);

        Assert.Equal(RunStatus.Cancelled, run.Status);
        Assert.InRange(run.Usage.Steps, 1, 300);
        Assert.Equal((run.Status, run.Usage), (again.Status, again.Usage));
    }

    [Fact]
    public async Task The_deepest_input_allowed_survives_its_history()
    {
        var nested = Enumerable.Range(0, 62).Aggregate((Value)1, (value, _) => Value.Array(value));
        var start = Running.Start() with { Input = Value.Object([new("x", nested)]) };
        var program = Running.Load("- { id: ask, checkpoint: { prompt: ok } }");
        var run = await Engine.RunAsync(program, start, new ScriptedHost(), TestContext.Current.CancellationToken);

        Assert.True(RunHistory.TryParse(run.History.ToJson(), out var read, out var error), error);
        Assert.Equal("approve", (await program.ResumeAsync(read, new CheckpointResolved("cp_1", "approve"))).Output.AsString());
    }
}
