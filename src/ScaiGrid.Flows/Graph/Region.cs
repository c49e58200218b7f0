namespace ScaiGrid.Flows.Graph;

public enum RegionKind
{
    /// <summary>What a run does from its entry on.</summary>
    Root,

    /// <summary>What a loop repeats.</summary>
    Body,

    /// <summary>What a parallel block runs beside its other branches.</summary>
    Branch,
}

/// <summary>
/// Nodes that run one after another, as a list of steps does: transitions lead to a later node of the same region, or end it.
/// The bodies and branches within it are regions of their own, and their nodes are not among its nodes.
/// </summary>
public sealed class Region
{
    private readonly List<GraphNode> _nodes = [];
    private readonly List<Transition> _start = [];

    internal Region(RegionKind kind, GraphNode? owner, Region? parent, GraphEdge? edge)
    {
        (Kind, Owner, Parent, Edge) = (kind, owner, parent, edge);
        Depth = parent is null ? 0 : parent.Depth + 1;
    }

    public RegionKind Kind { get; }

    /// <summary>The loop or parallel block; null of the root.</summary>
    public GraphNode? Owner { get; }

    /// <summary>The region that <see cref="Owner"/> stands in; null of the root.</summary>
    public Region? Parent { get; }

    /// <summary>The edge that leads into a branch; null of the others, which may have several.</summary>
    public GraphEdge? Edge { get; }

    /// <summary>How many regions are around it.</summary>
    public int Depth { get; }

    /// <summary>How it begins, in order, as <see cref="ControlFlow.Next"/>.</summary>
    public IReadOnlyList<Transition> Start => _start;

    /// <summary>In an order in which every node comes after all that lead to it. Entries are not among them.</summary>
    public IReadOnlyList<GraphNode> Nodes => _nodes;

    internal void Add(GraphNode node) => _nodes.Add(node);

    internal void Begin(Transition transition) => _start.Add(transition);
}

/// <summary>One way on.</summary>
/// <param name="Condition">An expression; null when it is always taken, once the ones before it were not.</param>
/// <param name="Target">Null when the region ends there.</param>
/// <param name="Edge">Where it is drawn; null for the way from a parallel block to the node where its branches meet.</param>
public readonly record struct Transition(string? Condition, GraphNode? Target, GraphEdge? Edge);
