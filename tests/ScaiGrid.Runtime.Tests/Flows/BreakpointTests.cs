using ScaiGrid.Flows.Compile;
using ScaiGrid.Flows.Language;

namespace ScaiGrid.Runtime.Tests.Flows;

public class BreakpointTests
{
    [Fact]
    public async Task A_run_stops_at_a_breakpoint_and_goes_on_as_it_would_have_without_it()
    {
        var stopped = await Load(breakpoint: true).RunAsync();
        Assert.Equal((RunStatus.Suspended, "debug_breakpoint", "Go on with Show?"), (stopped.Status, stopped.Checkpoints[0].Type, stopped.Checkpoints[0].Prompt));

        var resumed = await Load(breakpoint: true).ResumeAsync(stopped.History, new CheckpointResolved("cp_1", Value.Object([new("total", "forged")])));
        var straight = await Load(breakpoint: false).RunAsync();

        Assert.Equal((RunStatus.Completed, straight.Output), (resumed.Status, resumed.Output));
        Assert.Equal("7 of read", resumed.Output.AsString());
        Assert.Equal(straight.Trace.Select(step => step.NodeId), resumed.Trace.Where(step => step.NodeId is not null).Select(step => step.NodeId));
    }

    private static Program Load(bool breakpoint)
    {
        var flow = Value.FromJson("""
            {"id": "flow_1", "name": "Stop", "version": "1.0.0",
             "variables": [{"name": "total", "type": "int"}],
             "nodes": [
               {"id": "start", "type": "entry_api"},
               {"id": "read", "type": "data_variable_set", "config": {"assignments": {"total": "7"}}},
               {"id": "show", "type": "llm_rigid", "label": "Show", "breakpoint": STOPS, "config": {"template": "{{total}} of read"}}],
             "edges": [
               {"id": "e1", "type": "sequential", "source": {"node": "start", "port": "out_request"}, "target": {"node": "read", "port": "in"}},
               {"id": "e2", "type": "sequential", "source": {"node": "read", "port": "out"}, "target": {"node": "show", "port": "in"}}]}
            """.Replace("STOPS", breakpoint ? "true" : "false", StringComparison.Ordinal));
        Assert.True(FlowCompiler.Compile(flow).Succeeded(out var compiled));
        Assert.True(Program.TryLoad(compiled.Manifest, out var program, out _));
        return program;
    }
}
