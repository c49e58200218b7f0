using ScaiGrid.Flows.Graph.Analysis;

namespace ScaiGrid.Flows.Graph;

/// <summary>
/// How a run goes through a flow: which node follows which, what is repeated, what runs side by side. Only nodes that an
/// entry leads to are in it. Made of flows without errors; immutable.
/// </summary>
public sealed class ControlFlow
{
    private static readonly IReadOnlyList<Transition> End = [];

    private readonly Transition[]?[] _next;
    private readonly Region?[] _bodies;
    private readonly Region[]?[] _branches;
    private readonly Region?[] _regions;

    internal ControlFlow(IReadOnlyList<GraphNode> entries, Region root, Transition[]?[] next, Region?[] bodies, Region[]?[] branches, Region?[] regions)
    {
        (Entries, Root) = (entries, root);
        (_next, _bodies, _branches, _regions) = (next, bodies, branches, regions);
    }

    /// <summary>Where runs begin, in the order of <c>nodes</c>; the first is the default one.</summary>
    public IReadOnlyList<GraphNode> Entries { get; }

    public Region Root { get; }

    /// <summary>Of the whole flow.</summary>
    /// <exception cref="ArgumentException">The flow has errors, which <see cref="FlowAnalysis"/> tells.</exception>
    public static ControlFlow Of(FlowGraph graph) => Of(graph, null);

    /// <summary>Of what one entry leads to; null for all of them.</summary>
    /// <exception cref="ArgumentException">The flow has errors, which <see cref="FlowAnalysis"/> tells.</exception>
    public static ControlFlow Of(FlowGraph graph, GraphNode? entry)
    {
        var faults = new List<Diagnostic>();
        return ControlFlowBuilder.Build(graph, entry, faults.Add)
            ?? throw new ArgumentException($"The flow has errors: {string.Join(' ', faults)}", nameof(graph));
    }

    /// <summary>
    /// The ways on from a node within its region, in the order they are tried; when none is taken, the region ends. A loop
    /// goes on when it is done, a parallel block when all its branches have ended.
    /// </summary>
    public IReadOnlyList<Transition> Next(GraphNode node) => _next[node.Index] ?? End;

    /// <summary>What the loop repeats; null of any other node.</summary>
    public Region? Body(GraphNode node) => _bodies[node.Index];

    /// <summary>The branches of the parallel block, in the order of their edges; none of any other node.</summary>
    public IReadOnlyList<Region> Branches(GraphNode node) => _branches[node.Index] ?? [];

    /// <summary>Where the node stands; null when no entry leads to it.</summary>
    public Region? RegionOf(GraphNode node) => _regions[node.Index];
}
