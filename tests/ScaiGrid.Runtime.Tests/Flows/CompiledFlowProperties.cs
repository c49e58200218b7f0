using FsCheck;
using FsCheck.Fluent;
using ScaiGrid.Flows.Compile;
using ScaiGrid.Flows.Language;

namespace ScaiGrid.Runtime.Tests.Flows;

/// <summary>Random flows: what is compiled does what is drawn, and is the drawing still.</summary>
public class CompiledFlowProperties
{
    private static readonly int Tests = int.TryParse(Environment.GetEnvironmentVariable("SCAIGRID_TEST_FLOWS"), out var tests) ? tests : 150;

    private static readonly Gen<int> Seeds = Gen.Choose(0, int.MaxValue - 1);

    [Fact]
    public void A_run_visits_the_nodes_that_the_drawing_leads_through_in_the_same_order() =>
        Check.One(Config.QuickThrowOnFailure.WithMaxTest(Tests), Prop.ForAll(Seeds.ToArbitrary(), seed => VisitsAgreeAsync(seed).GetAwaiter().GetResult()));

    [Fact]
    public void A_compiled_flow_gives_its_drawing_back() =>
        Check.One(Config.QuickThrowOnFailure.WithMaxTest(Tests), Prop.ForAll(Seeds.ToArbitrary(), seed =>
        {
            var flow = RandomFlow.Draw(seed);
            var imported = FlowImport.Import(Compiled(flow).Yaml);
            Assert.Empty(imported.Diagnostics);
            Assert.Equal(flow, imported.Content);
        }));

    private static async Task VisitsAgreeAsync(int seed)
    {
        var flow = RandomFlow.Draw(seed);
        var compiled = Compiled(flow);
        Assert.True(Program.TryLoad(compiled.Manifest, out var program, out var diagnostics), string.Join('\n', diagnostics));
        for (var entry = 0; entry < program.Flows.Count; entry++)
        {
            var input = RandomFlow.Input(seed + entry);
            var start = Running.Start(input.ToJson()) with { FlowName = program.Flows[entry] };
            var run = await Engine.RunAsync(program, start, new ScriptedHost(), TestContext.Current.CancellationToken);

            Assert.True(run.Status == RunStatus.Completed, $"{run.Status}: {run.Fault}");
            Assert.Equal(GraphWalk.Visits(flow, $"start{entry}", input), run.Trace.Select(step => step.NodeId).OfType<string>());
        }
    }

    private static CompiledFlow Compiled(Value flow)
    {
        var compilation = FlowCompiler.Compile(flow);
        Assert.True(compilation.Succeeded(out var compiled), string.Join('\n', compilation.Diagnostics.Append<object>(flow.ToJson())));
        return compiled;
    }
}
