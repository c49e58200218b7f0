using System.Collections.Concurrent;
using System.Globalization;
using System.Text.RegularExpressions;
using ScaiGrid.Flows.Compile;
using ScaiGrid.Flows.Graph;
using ScaiGrid.Flows.Language;
using ScaiGrid.Flows.Manifests;

namespace ScaiGrid.Runtime.Testing;

/// <summary>The world of one test: each node that asks something of it gets what the test's mocks say under its id or label.</summary>
internal sealed partial class MockedWorld : IRunHost
{
    private readonly Dictionary<string, (string NodeId, Value Mock)> _mocks = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string> _nodes = new(StringComparer.Ordinal);
    private readonly HashSet<string> _breakpoints = new(StringComparer.Ordinal);
    private readonly ConcurrentQueue<string> _failures = new();
    private int _checkpoints;

    public MockedWorld(CompiledFlow flow, FlowTest test, TimeProvider clock)
    {
        Clock = clock;
        Index(flow.Manifest.Source["core"]["flows"].Items[0]["steps"], "steps");
        foreach (var (name, mock) in test.Mocks)
        {
            var node = flow.Graph.Nodes.FirstOrDefault(n => n.Id == name) ?? flow.Graph.Nodes.FirstOrDefault(n => n.Label == name);
            if (node is null)
            {
                _failures.Enqueue($"The mock '{name}' is for a node that the flow does not have.");
            }
            else
            {
                _mocks[node.Id] = (node.Id, mock);
            }
        }
    }

    public IEnumerable<string> Failures => _failures;

    public TimeProvider Clock { get; }

    public bool IsDurable => false;

    public string NewCheckpointId() => string.Create(CultureInfo.InvariantCulture, $"cp_{Interlocked.Increment(ref _checkpoints)}");

    public Task SaveAsync(RunHistory history, IReadOnlyList<StepTrace> trace, CancellationToken ct) => Task.CompletedTask;

    public Task<ModelAnswer> CallModelAsync(ModelCall call, CancellationToken ct)
    {
        if (MockOf(call.StepPath, "asks a model") is not { } mock)
        {
            return Task.FromResult(ModelAnswer.Failed("not_mocked", "The test has no mock for this node.", retryable: false));
        }

        return Task.FromResult(mock["error"] is { Kind: ValueKind.Object } error
            ? ModelAnswer.Failed(error["code"].AsString() ?? "mocked_error", error["message"].AsString() ?? "A mocked error.", error["retryable"].IsTruthy)
            : ModelAnswer.Of(mock.AsString() ?? mock.ToJson()));
    }

    public Task<EffectOutcome?> PerformAsync(Effect effect, CancellationToken ct)
    {
        if (MockOf(effect.StepPath, "calls something outside") is not { } mock)
        {
            return Task.FromResult<EffectOutcome?>(EffectOutcome.Failed("not_mocked", "The test has no mock for this node."));
        }

        return Task.FromResult<EffectOutcome?>(mock["error"] is { Kind: ValueKind.Object } error
            ? EffectOutcome.Failed(error["code"].AsString() ?? "mocked_error", error["message"].AsString() ?? "A mocked error.", error["retryable"].IsTruthy)
            : new(mock));
    }

    /// <summary>The answers to those open questions that have a mock. Breakpoints stop nobody here.</summary>
    public RunEvent[] Resolve(IReadOnlyList<OpenCheckpoint> open) => [.. open.Select(Answer).OfType<RunEvent>()];

    public bool IsBreakpoint(StepTrace step) => _breakpoints.Contains(Plain(step.Path));

    private RunEvent? Answer(OpenCheckpoint checkpoint) =>
        checkpoint.Type == CheckpointStep.Breakpoint ? new CheckpointResolved(checkpoint.Id, "continue")
        : !_nodes.TryGetValue(Plain(checkpoint.StepPath), out var node) || !_mocks.TryGetValue(node, out var mocked) ? null
        : mocked.Mock["error"].Kind == ValueKind.Object ? new CheckpointCancelled(checkpoint.Id)
        : new CheckpointResolved(checkpoint.Id, mocked.Mock);

    private Value? MockOf(string stepPath, string doing)
    {
        if (_nodes.TryGetValue(Plain(stepPath), out var node) && _mocks.TryGetValue(node, out var mocked))
        {
            return mocked.Mock;
        }

        var failure = $"The node '{node ?? stepPath}' {doing} and has no mock.";
        if (!_failures.Contains(failure))
        {
            _failures.Enqueue(failure);
        }

        return null;
    }

    /// <summary>Which node stands behind each step, by the step's path without turns of loops.</summary>
    private void Index(Value steps, string at)
    {
        for (var i = 0; i < steps.Items.Count; i++)
        {
            var (step, path) = (steps.Items[i], string.Create(CultureInfo.InvariantCulture, $"{at}[{i}]"));
            if (step["meta"]["node_id"].AsString() is { } node)
            {
                _nodes[path] = node;
            }

            if (step["checkpoint"]["type"].AsString() == CheckpointStep.Breakpoint)
            {
                _breakpoints.Add(path);
            }

            foreach (var (_, body) in step.Members)
            {
                Index(body["steps"], $"{path}.steps");
                for (var j = 0; j < body["branches"].Items.Count; j++)
                {
                    Index(body["branches"].Items[j]["steps"], string.Create(CultureInfo.InvariantCulture, $"{path}.branches[{j}].steps"));
                }
            }
        }
    }

    private static string Plain(string path) => Turn().Replace(path, "");

    [GeneratedRegex("#[0-9]+")]
    private static partial Regex Turn();
}
