namespace ScaiGrid.Flows.Graph.Analysis;

/// <summary>How what is known at one node gets to the next, worked out once for all the names that are followed.</summary>
internal sealed class ReachPlan
{
    private readonly List<(int Source, bool IsInto)> _ways = [];

    public ReachPlan(Links links, NodeOrder order, ControlFlow control, bool hasRunOnly)
    {
        var nodes = links.Graph.Nodes;
        ShowsWithin = new bool[nodes.Count];
        foreach (var position in order.Nodes)
        {
            if (control.RegionOf(nodes[position]) is not { } region)
            {
                continue;
            }

            ShowsWithin[position] = hasRunOnly || nodes[position].Kind == NodeKind.LogicLoop && nodes[position]["style"].AsString() == "while";
            var first = _ways.Count;
            foreach (var e in links.In(position))
            {
                if (control.RegionOf(nodes[links.Sources[e]]) is { } from)
                {
                    _ways.Add(Way(links.Sources[e], from, region));
                }
            }

            Nodes.Add((position, first, _ways.Count - first));
            if (region.Kind == RegionKind.Body || hasRunOnly && region.Kind == RegionKind.Branch)
            {
                Within.Add((position, region.Owner!.Index));
            }
        }

        Within.Reverse();
    }

    /// <summary>Every node in order, with the ways that lead to it.</summary>
    public List<(int Node, int First, int Count)> Nodes { get; } = [];

    /// <summary>The nodes of bodies with the loops they are of, last ones first: what is within a node is complete when it comes.</summary>
    public List<(int Node, int Owner)> Within { get; } = [];

    /// <summary>By position: what is bound within the node is seen after it, and by its next turn.</summary>
    public bool[] ShowsWithin { get; }

    /// <summary>Each from a node, or from its border into a body or branch of it.</summary>
    public ReadOnlySpan<(int Source, bool IsInto)> Ways(int first, int count) =>
        System.Runtime.InteropServices.CollectionsMarshal.AsSpan(_ways).Slice(first, count);

    /// <summary>Where branches meet, their block is what came before.</summary>
    private static (int Source, bool IsInto) Way(int source, Region from, Region to)
    {
        if (from == to)
        {
            return (source, false);
        }

        if (to.Owner is { } owner && owner.Index == source)
        {
            return (source, true);
        }

        while (from.Parent != to)
        {
            from = from.Parent!;
        }

        return (from.Owner!.Index, false);
    }
}
