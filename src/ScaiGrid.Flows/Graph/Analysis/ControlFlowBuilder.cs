using ScaiGrid.Flows.Graph.Nodes;

namespace ScaiGrid.Flows.Graph.Analysis;

/// <summary>
/// Finds the regions of a graph without cycles. Nodes are taken in order; each edge carries the region it is drawn in, and
/// where edges of several regions meet there must be a parallel block that joins them.
/// </summary>
internal sealed class ControlFlowBuilder
{
    /// <summary>How many loops and parallel blocks may stand within each other, so that the manifest can be read.</summary>
    public const int MostNesting = 6;

    public const int MostCycleNodes = 50;

    private readonly Links _links;
    private readonly NodeOrder _order;
    private readonly StructureFaults _faults;
    private readonly Region _root = new(RegionKind.Root, null, null, null);
    private readonly Region?[] _regions;
    private readonly Region?[] _carried;
    private readonly Region?[] _bodies;
    private readonly Region[]?[] _branches;
    private readonly int[] _joins;
    private readonly HashSet<Region> _meeting = [];

    private ControlFlowBuilder(Links links, NodeOrder order, StructureFaults faults)
    {
        (_links, _order, _faults) = (links, order, faults);
        var count = links.Graph.Nodes.Count;
        (_regions, _bodies, _branches, _joins) = (new Region?[count], new Region?[count], new Region[]?[count], new int[count]);
        _carried = new Region?[links.Graph.Edges.Count];
        Array.Fill(_joins, -1);
    }

    private IReadOnlyList<GraphNode> Nodes => _links.Graph.Nodes;

    /// <param name="graph">All its nodes and edges could be read.</param>
    /// <param name="entry">What it does not lead to is left out; null takes all entries.</param>
    /// <param name="report">Gets every fault.</param>
    /// <returns>Null after a fault.</returns>
    public static ControlFlow? Build(FlowGraph graph, GraphNode? entry, Action<Diagnostic> report)
    {
        var links = new Links(graph);
        int[] entries = entry is not null
            ? [entry.Index]
            : [.. Enumerable.Range(0, graph.Nodes.Count).Where(i => graph.Nodes[i].IsEntry)];
        return Build(links, NodeOrder.Of(links, entries), entries, report);
    }

    public static ControlFlow? Build(Links links, NodeOrder order, IReadOnlyList<int> entries, Action<Diagnostic> report)
    {
        var faults = new StructureFaults(links.Graph, report);
        if (order.Cycles.Count > 0)
        {
            order.Cycles.ForEach(faults.Cycle);
            return null;
        }

        var builder = new ControlFlowBuilder(links, order, faults);
        builder.Place();
        builder.CheckBranches();
        return faults.HasAny ? null : builder.Finish(entries);
    }

    private void Place()
    {
        foreach (var node in _order.Nodes)
        {
            if (!_order.IsReachable[node])
            {
                continue;
            }

            var region = Nodes[node].IsEntry ? _root : Meet(node);
            _regions[node] = region;
            if (Nodes[node].Kind == NodeKind.LogicLoop)
            {
                PlaceBody(node, region);
            }
            else if (Nodes[node].Kind == NodeKind.LogicParallel)
            {
                PlaceBranches(node, region);
            }
            else
            {
                Carry(node, region);
            }
        }
    }

    private void PlaceBody(int node, Region region)
    {
        var body = Inner(RegionKind.Body, node, region, null);
        _bodies[node] = body;
        var hasBody = false;
        foreach (var e in _links.Out(node))
        {
            var isBody = _links.Graph.Edges[e].Source.Port == LogicKinds.BodyPort;
            hasBody |= isBody;
            _carried[e] = isBody ? body : region;
        }

        if (!hasBody)
        {
            _faults.NoBody(Nodes[node]);
        }
    }

    private void PlaceBranches(int node, Region region)
    {
        var edges = _links.Out(node);
        if (edges.Length is 0 or > Manifests.ParallelStep.MostBranches)
        {
            _faults.BranchCount(Nodes[node]);
            Carry(node, region);
            return;
        }

        var branches = _branches[node] = new Region[edges.Length];
        for (var i = 0; i < edges.Length; i++)
        {
            _carried[edges[i]] = branches[i] = Inner(RegionKind.Branch, node, region, _links.Graph.Edges[edges[i]]);
        }
    }

    private void Carry(int node, Region region)
    {
        foreach (var e in _links.Out(node))
        {
            _carried[e] = region;
        }
    }

    /// <summary>Too deep, the region stands for its parent, so that one fault is told and not one for every node within.</summary>
    private Region Inner(RegionKind kind, int node, Region region, GraphEdge? edge)
    {
        if (region.Depth < MostNesting)
        {
            return new(kind, Nodes[node], region, edge);
        }

        _faults.TooDeep(Nodes[node]);
        return region;
    }

    /// <summary>The region of a node: that of all edges to it, once the branches that end here are left.</summary>
    private Region Meet(int node)
    {
        Region? common = null;
        foreach (var e in _links.In(node))
        {
            if (_carried[e] is { } region)
            {
                common = common is null ? region : Common(common, region);
            }
        }

        foreach (var e in _links.In(node))
        {
            for (var region = _carried[e]; region is not null && region != common; region = region.Parent)
            {
                Leave(region, node, e);
            }
        }

        return common!;
    }

    private static Region Common(Region a, Region b)
    {
        while (a != b)
        {
            (a, b) = a.Depth >= b.Depth ? (a.Parent!, b) : (a, b.Parent!);
        }

        return a;
    }

    private void Leave(Region region, int node, int edge)
    {
        var owner = region.Owner!;
        if (region.Kind == RegionKind.Body)
        {
            _faults.LeavesBody(owner, Nodes[node], _links.Graph.Edges[edge]);
            return;
        }

        _meeting.Add(region);
        if (_joins[owner.Index] >= 0 && _joins[owner.Index] != node)
        {
            _faults.MeetTwice(owner, Nodes[_joins[owner.Index]], Nodes[node]);
        }
        else
        {
            _joins[owner.Index] = node;
        }
    }

    private void CheckBranches()
    {
        for (var node = 0; node < _branches.Length; node++)
        {
            foreach (var branch in _branches[node] ?? [])
            {
                if (branch.Owner != Nodes[node] || branch.Edge is not { } edge)
                {
                    continue;
                }

                if (_regions[_links.Targets[edge.Index]] is { } begin && begin.Depth < branch.Depth)
                {
                    _faults.EmptyBranch(Nodes[node], edge);
                }
                else if (_joins[node] >= 0 && !_meeting.Contains(branch))
                {
                    _faults.NeverMeets(Nodes[node], edge, Nodes[_joins[node]]);
                }
            }
        }
    }

    private ControlFlow Finish(IReadOnlyList<int> entries)
    {
        var next = new Transition[]?[Nodes.Count];
        foreach (var node in _order.Nodes)
        {
            if (_regions[node] is not { } region)
            {
                continue;
            }

            if (!Nodes[node].IsEntry)
            {
                region.Add(Nodes[node]);
            }

            next[node] = Ways(node, region);
        }

        foreach (var entry in entries)
        {
            Array.ForEach(next[entry] ?? [], _root.Begin);
        }

        return new([.. entries.Select(entry => Nodes[entry])], _root, next, _bodies, _branches, _regions);
    }

    private Transition[]? Ways(int node, Region region)
    {
        if (_branches[node] is { } branches)
        {
            foreach (var branch in branches)
            {
                branch.Begin(new(null, Nodes[_links.Targets[branch.Edge!.Index]], branch.Edge));
            }

            return _joins[node] is >= 0 and var join && _regions[join] == region ? [new(null, Nodes[join], null)] : null;
        }

        if (_links.Out(node).Length == 0)
        {
            return null;
        }

        // Conditions in the order they are drawn; the edge without one is the otherwise.
        var ways = new List<Transition>(_links.Out(node).Length);
        foreach (var isConditional in new[] { true, false })
        {
            foreach (var e in _links.Out(node))
            {
                if (_links.Graph.Edges[e].Type == EdgeType.Conditional == isConditional)
                {
                    Lead(e, region, ways);
                }
            }
        }

        return [.. ways];
    }

    private void Lead(int e, Region region, List<Transition> ways)
    {
        var edge = _links.Graph.Edges[e];
        var target = _links.Targets[e];
        var way = new Transition(edge.Condition, _regions[target] == _carried[e] ? Nodes[target] : null, edge);
        if (_carried[e] == region)
        {
            ways.Add(way);
        }
        else
        {
            _carried[e]!.Begin(way);
        }
    }
}
