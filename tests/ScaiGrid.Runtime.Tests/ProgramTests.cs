using ScaiGrid.Flows;
using ScaiGrid.Flows.Language;
using ScaiGrid.Flows.Manifests;

namespace ScaiGrid.Runtime.Tests;

public class ProgramTests
{
    [Fact]
    public void A_step_that_the_engine_does_not_execute_refuses_the_program_wherever_it_stands()
    {
        var manifest = Running.Load("""
            - rigid: a
            - foreach: { in: "[1]", steps: [ { rigid: b } ] }
            """).Manifest;
        var flow = manifest.Flows[0];
        var loop = (ForeachStep)flow.Steps[1];
        var later = manifest with
        {
            Flows =
            [
                flow with
                {
                    Steps = [Strange("x", "steps[0]", "node_x"), loop with { Steps = [Strange("y", "steps[1].steps[0]", null)] }],
                },
            ],
        };

        Assert.False(Program.TryLoad(later, out var program, out var diagnostics));
        Assert.Null(program);
        Assert.Equal(
            [
                new(Severity.Error, "RT002", "This engine does not execute 'teleport' steps.", "core.flows[0].steps[0]", NodeId: "node_x"),
                new Diagnostic(Severity.Error, "RT002", "This engine does not execute 'teleport' steps.", "core.flows[0].steps[1].steps[0]", NodeId: "y"),
            ],
            diagnostics);
    }

    [Fact]
    public void A_runtime_version_to_come_refuses_the_program()
    {
        var manifest = Running.Load("- rigid: a").Manifest with { RuntimeVersion = "0.3" };

        Assert.False(Program.TryLoad(manifest, out _, out var diagnostics));
        Assert.Equal(["RT001 core.runtime_version"], diagnostics.Select(d => $"{d.Code} {d.Path}"));
    }

    private static StrangeStep Strange(string id, string path, string? nodeId) =>
        new(new(id, "teleport", path, id, 1, nodeId is null ? default : Value.Object([new("node_id", nodeId)])));

    /// <summary>A kind that a later language may have.</summary>
    private sealed record StrangeStep(StepHead Head) : Step(Head);
}
