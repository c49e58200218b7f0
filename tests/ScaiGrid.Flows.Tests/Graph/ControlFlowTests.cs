using ScaiGrid.Flows.Graph;

namespace ScaiGrid.Flows.Tests.Graph;

public class ControlFlowTests
{
    [Fact]
    public void A_chain_is_a_list() => Assert.Equal("start→b: b→c c→a a→.", Shown("start -> b \n c -> a \n b -> c"));

    [Theory]
    [InlineData("start -> d \n d ?x? a \n d -> b \n a -> c \n b -> c", "start→d: d→a?x|b a→c b→c c→.")]
    [InlineData("start -> d \n d -> b \n d ?x? a \n d ?y? b", "start→d: d→a?x|b?y|b a→. b→.")]
    [InlineData("start ?x? a \n start -> b", "start→a?x|b: a→. b→.")]
    [InlineData("d: logic_decision \n start -> d \n d ?x? a \n a -> b \n d ?y? b", "start→d: d→a?x|b?y a→b b→.")]
    public void A_choice_lists_its_ways_in_the_order_they_are_tried(string drawing, string shown) => Assert.Equal(shown, Shown(drawing));

    [Theory]
    [InlineData("l: logic_loop {\"collection\": \"x\"} \n start -> l \n l -body-> a \n a -> b \n l -> c", "start→l: l(body→a: a→b b→.)→c c→.")]
    [InlineData("l: logic_loop \n start -> l \n l -body-> a", "start→l: l(body→a: a→.)→.")]
    [InlineData("l: logic_loop \n m: logic_loop \n start -> l \n l -body-> m \n m -body-> a \n m -> b \n l -> c",
        "start→l: l(body→m: m(body→a: a→.)→b b→.)→c c→.")]
    [InlineData("l: logic_loop \n start -> l \n l -body-> a \n a ?x? b \n l -> c \n c ?y? d \n l ?z? d", "start→l: l(body→a: a→b?x b→.)→d?z|c c→d?y d→.")]
    public void A_loop_holds_its_body(string drawing, string shown) => Assert.Equal(shown, Shown(drawing));

    [Theory]
    [InlineData("p: logic_parallel \n start -> p \n p -> a \n p -> b \n a -> c \n c -> d \n b -> d \n d -> e", "start→p: p(e1→a: a→c c→. & e2→b: b→.)→d d→e e→.")]
    [InlineData("p: logic_parallel \n start -> p \n p -> a \n p -> b", "start→p: p(e1→a: a→. & e2→b: b→.)→.")]
    [InlineData("p: logic_parallel \n start -> p \n p -> a \n a -> b", "start→p: p(e1→a: a→b b→.)→.")]
    [InlineData("p: logic_parallel \n q: logic_parallel \n start -> p \n p -> q \n p -> w \n q -> y \n q -> z \n y -> j \n z -> j \n w -> j",
        "start→p: p(e1→q: q(e3→y: y→. & e4→z: z→.)→. & e2→w: w→.)→j j→.")]
    [InlineData("p: logic_parallel \n start -> d \n d ?x? p \n d -> j \n p -> a \n p -> b \n a -> j \n b -> j", "start→d: d→p?x|j p(e3→a: a→. & e4→b: b→.)→j j→.")]
    [InlineData("p: logic_parallel \n start -> p \n p -> a \n p -> b \n a ?x? c \n a -> j \n b -> j", "start→p: p(e1→a: a→c?x|. c→. & e2→b: b→.)→j j→.")]
    public void A_parallel_block_holds_its_branches_up_to_where_they_meet(string drawing, string shown) => Assert.Equal(shown, Shown(drawing));

    [Fact]
    public void Each_entry_has_a_flow_of_its_own()
    {
        var graph = Drawing.Graph("start1 -> a \n start2 -> b \n a -> c \n b -> c");
        var whole = ControlFlow.Of(graph);

        Assert.Equal(["start1", "start2"], whole.Entries.Select(entry => entry.Id));
        Assert.Equal(["a", "b", "c"], whole.Root.Nodes.Select(node => node.Id));
        Assert.Equal("start2→b: b→c c→.", Shown(ControlFlow.Of(graph, graph.Nodes[2])));
        Assert.Null(ControlFlow.Of(graph, graph.Nodes[2]).RegionOf(graph.Nodes[1]));
    }

    [Fact]
    public void What_no_entry_leads_to_is_left_out()
    {
        var graph = Drawing.Graph("start -> a \n x -> a \n x -> y");
        var control = ControlFlow.Of(graph);

        Assert.Equal(["a"], control.Root.Nodes.Select(node => node.Id));
        Assert.Null(control.RegionOf(graph.Nodes[2]));
        Assert.Empty(control.Next(graph.Nodes[2]));
    }

    [Fact]
    public void A_flow_with_faults_has_no_order() =>
        Assert.Contains("a -> b -> a", Assert.Throws<ArgumentException>(() => ControlFlow.Of(Drawing.Graph("start -> a \n a -> b \n b -> a"))).Message);

    private static string Shown(string drawing) => Shown(ControlFlow.Of(Drawing.Graph(drawing)));

    private static string Shown(ControlFlow control) => Shown(control, string.Join(',', control.Entries.Select(entry => entry.Id)), control.Root);

    /// <summary><c>how it begins: node→ways on …</c>; a dot is the end of the region.</summary>
    private static string Shown(ControlFlow control, string name, Region region) =>
        $"{name}→{Ways(region.Start)}: {string.Join(' ', region.Nodes.Select(node => $"{node.Id}{Within(control, node)}→{Ways(control.Next(node))}"))}";

    private static string Within(ControlFlow control, GraphNode node)
    {
        var regions = control.Body(node) is { } body ? [("body", body)] : control.Branches(node).Select(branch => (branch.Edge!.Id, branch)).ToArray();
        return regions.Length == 0 ? "" : $"({string.Join(" & ", regions.Select(region => Shown(control, region.Item1, region.Item2)))})";
    }

    private static string Ways(IReadOnlyList<Transition> ways) => ways.Count == 0
        ? "."
        : string.Join('|', ways.Select(way => (way.Target?.Id ?? ".") + (way.Condition is { } condition ? $"?{condition}" : "")));
}
