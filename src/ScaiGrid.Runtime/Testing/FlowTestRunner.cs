using ScaiGrid.Flows.Compile;
using ScaiGrid.Flows.Graph;
using ScaiGrid.Flows.Language;
using ScaiGrid.Flows.Manifests;

namespace ScaiGrid.Runtime.Testing;

/// <summary>What came of one of a flow's tests.</summary>
/// <param name="Failures">Why it did not pass, every reason; empty when it did.</param>
/// <param name="Error">The code that the run failed with; null unless it failed.</param>
/// <param name="Visited">The nodes that ran, in the order they began; entries are not among them.</param>
public sealed record FlowTestResult(
    string Name, IReadOnlyList<string> Failures, RunStatus Status, Value Output, string? Error, IReadOnlyList<string> Visited, TimeSpan Duration)
{
    public bool Passed => Failures.Count == 0;
}

/// <summary>
/// Runs the tests that a flow brings along. The world is made up of their mocks, and nothing else is touched: whatever a run asks of the world
/// without a mock fails the test and names the node.
/// </summary>
public static class FlowTestRunner
{
    public const int MostTests = 200;

    /// <summary>How long one test may take.</summary>
    public static readonly TimeSpan Longest = TimeSpan.FromSeconds(10);

    public static async Task<FlowTestResult> RunAsync(CompiledFlow flow, Program program, FlowTest test, TimeProvider clock, CancellationToken ct)
    {
        var began = clock.GetTimestamp();
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(ct);
        limit.CancelAfter(Longest);
        var world = new MockedWorld(flow, test, clock);
        var result = await Engine.RunAsync(program, new(test.Name, null, test.Input, Value.EmptyObject, InstanceOf(program.Manifest, test.Input), Value.EmptyObject), world, limit.Token);
        while (result is { Status: RunStatus.Suspended, Fault: null } && world.Resolve(result.Checkpoints) is { Length: > 0 } answers)
        {
            result = await Engine.ResumeAsync(program, result.History, world, limit.Token, answers);
        }

        ct.ThrowIfCancellationRequested();
        string[] visited = [.. result.Trace.Where(t => t is { Status: not StepStatus.Skipped, NodeId: not null } && !world.IsBreakpoint(t)).Select(t => t.NodeId!)];
        var failures = world.Failures.ToList();
        if (result.Status == RunStatus.Suspended && result.Fault is { } refused)
        {
            failures.Add($"An answer was refused: {refused.Message}");
        }

        if (limit.IsCancellationRequested)
        {
            failures.Add($"The run took longer than {Longest.TotalSeconds} seconds.");
        }

        failures.AddRange(Compare(test.Expect, result, visited));
        return new(test.Name, failures, result.Status, result.Output, result.Status == RunStatus.Failed ? result.Fault?.Code : null, visited, clock.GetElapsedTime(began));
    }

    /// <summary>Every test begins with nothing remembered.</summary>
    private static string? InstanceOf(Manifest manifest, Value input) => manifest.Mode switch
    {
        InstanceMode.Entity when manifest.EntityKey is { } field && input[field] is { IsNull: false } key => key.ToText(),
        InstanceMode.Singleton => RunStart.Singleton,
        _ => null,
    };

    private static IEnumerable<string> Compare(Value expect, RunResult result, string[] visited)
    {
        var error = result.Status == RunStatus.Failed ? result.Fault?.Code : null;
        var status = Word(result.Status);
        var wanted = expect["status"].AsString() ?? (expect["error"].IsNull ? "completed" : "failed");
        if (status != wanted)
        {
            yield return $"The run is {status}{(result.Fault is { } fault ? $" ({fault.Code}: {fault.Message})" : "")}, not {wanted}.";
        }

        if (expect.Members.TryGetValue("output", out var output) && output != result.Output)
        {
            yield return $"The output is {Shown(result.Output)}, not {Shown(output)}.";
        }

        if (expect["error"].AsString() is { } code && code != error)
        {
            yield return $"The error is {error ?? "none"}, not {code}.";
        }

        if (expect["visits"] is { Kind: ValueKind.Array } visits && !visits.Items.Select(v => v.AsString()).SequenceEqual(visited))
        {
            yield return $"The nodes that ran are {string.Join(", ", visited)}, not {string.Join(", ", visits.Items.Select(v => v.AsString()))}.";
        }

        var scope = Scope.From(ObjectValue.From([new("output", result.Output), new("status", status), new("error", error), new("visits", Value.Array([.. visited.Select(v => (Value)v)]))]));
        foreach (var check in expect["checks"].Items.Select(c => c.AsString() ?? ""))
        {
            if (Fails(check, scope) is { } why)
            {
                yield return $"The check '{check}' {why}.";
            }
        }
    }

    private static string? Fails(string check, Scope scope)
    {
        var text = check.Trim();
        text = text.StartsWith("{{", StringComparison.Ordinal) && text.EndsWith("}}", StringComparison.Ordinal) ? text[2..^2] : text;
        return !Expression.TryParse(text, out var expression, out var faults) ? $"cannot be read: {faults[0].Message}"
            : !expression.Evaluate(scope).Succeeded(out var holds, out var fault) ? $"cannot be computed: {fault.Message}"
            : holds.IsTruthy ? null : "does not hold";
    }

    private static string Word(RunStatus status) => status.ToString().ToLowerInvariant();

    private static string Shown(Value value) => value.ToJson() is { Length: > 500 } json ? json[..500] + "…" : value.ToJson();
}
