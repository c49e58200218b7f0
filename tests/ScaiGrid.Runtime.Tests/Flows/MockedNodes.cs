using System.Text.RegularExpressions;
using ScaiGrid.Flows.Compile;
using ScaiGrid.Flows.Graph;
using ScaiGrid.Flows.Language;
using ScaiGrid.Flows.Manifests;

namespace ScaiGrid.Runtime.Tests.Flows;

/// <summary>A world in which the nodes of a flow's test answer what the test says. Any other that asks for something is a fault of the test.</summary>
internal sealed partial class MockedNodes : IRunHost
{
    private readonly Dictionary<string, GraphNode> _byPath = new(StringComparer.Ordinal);
    private readonly FlowTest _test;

    private MockedNodes(CompiledFlow flow, FlowTest test)
    {
        _test = test;
        var nodes = flow.Graph.Nodes.ToDictionary(node => node.Id);
        Map(flow.Manifest.Flows[0].Steps, nodes);
    }

    public TimeProvider Clock { get; } = new TestClock();

    public bool IsDurable => false;

    public static async Task<RunResult> RunAsync(CompiledFlow flow, FlowTest test, CancellationToken ct)
    {
        Assert.True(Program.TryLoad(flow.Manifest, out var program, out var diagnostics), string.Join('\n', diagnostics));
        var world = new MockedNodes(flow, test);
        var run = await Engine.RunAsync(program, Running.Start(test.Input.ToJson()), world, ct);
        while (run is { Status: RunStatus.Suspended, Checkpoints: [var open, ..] })
        {
            run = await Engine.ResumeAsync(program, run.History, world, ct, new CheckpointResolved(open.Id, world.Answer(open.StepPath)));
        }

        return run;
    }

    public string NewCheckpointId() => "checkpoint";

    public Task SaveAsync(RunHistory history, CancellationToken ct) => Task.CompletedTask;

    public Task<ModelAnswer> CallModelAsync(ModelCall call, CancellationToken ct) => Task.FromResult(ModelAnswer.Of(Answer(call.StepPath).ToText()));

    public Task<EffectOutcome?> PerformAsync(Effect effect, CancellationToken ct) => Task.FromResult<EffectOutcome?>(new(Answer(effect.StepPath)));

    private Value Answer(string path)
    {
        var node = _byPath[Iteration().Replace(path, "")];
        return _test.Mocks.TryGetValue(node.Id, out var answer) || _test.Mocks.TryGetValue(node.Label, out answer)
            ? answer
            : throw new InvalidOperationException($"The test '{_test.Name}' does not say what '{node.Label}' answers.");
    }

    private void Map(IEnumerable<Step> steps, Dictionary<string, GraphNode> nodes)
    {
        foreach (var step in steps)
        {
            if (step.Head.NodeId is { } id)
            {
                _byPath.Add(step.Head.Path, nodes[id]);
            }

            Map(step switch
            {
                ForeachStep loop => loop.Steps,
                WhileStep loop => loop.Steps,
                ParallelStep parallel => parallel.Branches.SelectMany(branch => branch.Steps),
                _ => [],
            }, nodes);
        }
    }

    [GeneratedRegex(@"#\d+")]
    private static partial Regex Iteration();
}
