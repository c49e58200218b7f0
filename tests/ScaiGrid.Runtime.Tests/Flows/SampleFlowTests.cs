using ScaiGrid.Flows.Compile;
using ScaiGrid.Flows.Graph;
using ScaiGrid.Flows.Language;

namespace ScaiGrid.Runtime.Tests.Flows;

/// <summary>The flows in <c>samples/flows</c> compile without a word said against them, and do what their own tests say.</summary>
public class SampleFlowTests
{
    public static TheoryData<string> Samples =>
        [.. Directory.GetFiles(Path.Combine(Golden.Root, "samples/flows"), "*.flow.json").Select(file => Path.GetFileName(file)).Order(StringComparer.Ordinal)];

    [Theory]
    [MemberData(nameof(Samples))]
    public void A_sample_compiles_without_diagnostics(string file)
    {
        var compilation = FlowCompiler.Compile(Read(file));

        Assert.Empty(compilation.Diagnostics);
        Assert.True(compilation.Succeeded(out _));
    }

    [Theory]
    [MemberData(nameof(Samples))]
    public async Task A_sample_does_what_its_tests_say(string file)
    {
        Assert.True(FlowCompiler.Compile(Read(file)).Succeeded(out var flow));

        Assert.NotEmpty(flow.Graph.Tests);
        foreach (var test in flow.Graph.Tests)
        {
            Check(test, await MockedNodes.RunAsync(flow, test, TestContext.Current.CancellationToken));
        }
    }

    private static void Check(FlowTest test, RunResult run)
    {
        Assert.True(run.Status == RunStatus.Completed, $"{test.Name}: {run.Status} {run.Fault}");
        var visits = Value.Array([.. run.Trace.Select(step => (Value)step.NodeId).Where(id => !id.IsNull)]);
        if (test.Expect.Members.TryGetValue("output", out var output))
        {
            Assert.Equal(output, run.Output);
        }

        if (test.Expect.Members.TryGetValue("visits", out var expected))
        {
            Assert.Equal(expected, visits);
        }

        var scope = Scope.From(Value.Object(new("output", run.Output), new("status", "completed"), new("visits", visits)).Members, null);
        foreach (var check in test.Expect["checks"].Items)
        {
            Assert.True(Expression.TryParse(check.AsString()!, out var expression, out var faults), string.Join('\n', faults));
            Assert.True(expression.Evaluate(scope).Succeeded(out var holds, out var fault) && holds.IsTruthy, $"{test.Name}: {check} {fault?.Message}");
        }
    }

    private static Value Read(string file) => Value.FromJson(File.ReadAllText(Path.Combine(Golden.Root, "samples/flows", file)));
}
