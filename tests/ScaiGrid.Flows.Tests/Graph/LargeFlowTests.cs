using ScaiGrid.Flows.Graph;

namespace ScaiGrid.Flows.Tests.Graph;

/// <summary>Flows of more nodes than anyone draws: none overflows the stack, and each is told what it is told when small.</summary>
public class LargeFlowTests
{
    private const int Count = 10_000;

    [Fact]
    public void A_long_chain_whose_nodes_read_each_other_is_sound() => Assert.Empty(FlowAnalysis.Analyse(Drawing.Flow(
        Lines(i => $"n{i}: llm_rigid {{\"template\": \"{(i == 0 ? "" : $"{{{{n{i - 1}}}}} {{{{n{i / 2}}}}}")}\"}}") + "\nstart -> n0\n" + Lines(i => i == 0 ? "" : $"n{i - 1} -> n{i}"))));

    [Fact]
    public void A_long_cycle_is_told_by_its_ends()
    {
        var message = Assert.Single(Drawing.Messages("start -> n0\n" + Lines(i => $"n{i} -> n{(i + 1) % Count}")));

        Assert.StartsWith("cycle detected: n0 -> n1 -> n2 ->", message, StringComparison.Ordinal);
        Assert.EndsWith("-> n48 -> … -> n0", message, StringComparison.Ordinal);
    }

    [Fact]
    public void Many_cycles_through_one_node_are_told_once() =>
        Assert.Equal(["FL106 nodes[1]"], Drawing.Faults("start -> n0\n" + Lines(i => i == 0 ? "" : $"n{i - 1} -> n{i}") + "\n" + Lines(i => $"n{i} ?input.x? n0")).Distinct());

    [Fact]
    public void A_wide_choice_keeps_its_order()
    {
        var graph = Drawing.Graph("start -> d\n" + Lines(i => $"d ?{i}? n{i}"));
        var ways = ControlFlow.Of(graph).Next(graph.Nodes[1]);

        Assert.Equal(Enumerable.Range(0, Count).Select(i => $"n{i}"), ways.Select(way => way.Target!.Id));
    }

    [Fact]
    public void Loops_one_in_the_other_stop_at_the_limit() => Assert.Equal(
        [FlowCodes.Nesting, FlowCodes.More],
        FlowAnalysis.Analyse(Drawing.Flow(
            Lines(i => $"n{i}: logic_loop {{\"collection\": \"input.x\"}}") + "\nx: checkpoint\nstart -> n0\n" + Lines(i => $"n{i} -body-> {(i + 1 < Count ? $"n{i + 1}" : "x")}"))).Select(d => d.Code).Distinct());

    [Fact]
    public void More_nodes_than_there_may_be_are_refused_as_one_fault() =>
        Assert.Equal(["FL006 nodes"], Reading.Faults(Reading.Flow(string.Join(',', Enumerable.Repeat("{}", 20_001)))));

    private static string Lines(Func<int, string> line) => string.Join('\n', Enumerable.Range(0, Count).Select(line));
}
