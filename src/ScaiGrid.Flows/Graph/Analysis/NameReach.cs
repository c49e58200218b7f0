namespace ScaiGrid.Flows.Graph.Analysis;

/// <summary>
/// Which names can have been bound when a node runs. Names are followed through the flow 64 at a time, each as one bit, so
/// that the cost stays near that of the flow's size even when every node is named somewhere.
/// </summary>
/// <param name="hasRunOnly">
/// True asks only whether a node can have run before. False asks whether its result is in scope: what a branch or a turn of
/// foreach binds is gone with it, and a while loop sees what its own turns bound.
/// </param>
internal sealed class NameReach(Links links, NodeOrder order, ControlFlow control, bool hasRunOnly)
{
    private const int Batch = 64;

    private readonly ulong[] _own = new ulong[links.Graph.Nodes.Count];
    private readonly ulong[] _items = new ulong[links.Graph.Nodes.Count];
    private readonly ulong[] _before = new ulong[links.Graph.Nodes.Count];
    private readonly ulong[] _within = new ulong[links.Graph.Nodes.Count];

    private IReadOnlyList<GraphNode> Nodes => links.Graph.Nodes;

    /// <summary>Those of the uses whose name cannot have been bound.</summary>
    /// <param name="names">What a node binds.</param>
    public List<NameUse> Unseen(IReadOnlyList<NameUse> uses, Func<GraphNode, IEnumerable<string>> names)
    {
        var unseen = new List<NameUse>();
        var numbers = new Dictionary<string, int>(StringComparer.Ordinal);
        foreach (var use in uses)
        {
            numbers.TryAdd(use.Name, numbers.Count);
        }

        var binders = Binders(numbers, names);
        var batches = uses.ToLookup(use => numbers[use.Name] / Batch);
        for (var batch = 0; batch * Batch < numbers.Count; batch++)
        {
            Follow(binders[batch]);
            unseen.AddRange(batches[batch].Where(use => (Seen(use) >> (numbers[use.Name] % Batch) & 1) == 0));
        }

        return unseen;
    }

    private List<(int Node, int Bit, bool IsItem)>[] Binders(Dictionary<string, int> numbers, Func<GraphNode, IEnumerable<string>> names)
    {
        var binders = new List<(int Node, int Bit, bool IsItem)>[(numbers.Count + Batch - 1) / Batch];
        for (var i = 0; i < binders.Length; i++)
        {
            binders[i] = [];
        }

        for (var node = 0; node < Nodes.Count; node++)
        {
            Add(names(Nodes[node]), isItem: false);
            Add(hasRunOnly ? [] : ScopeCheck.Items(Nodes[node]), isItem: true);

            void Add(IEnumerable<string> bound, bool isItem)
            {
                foreach (var name in bound)
                {
                    if (numbers.TryGetValue(name, out var number))
                    {
                        binders[number / Batch].Add((node, number % Batch, isItem));
                    }
                }
            }
        }

        return binders;
    }

    private void Follow(List<(int Node, int Bit, bool IsItem)> binders)
    {
        Array.Clear(_own);
        Array.Clear(_items);
        Array.Clear(_within);
        foreach (var (node, bit, isItem) in binders)
        {
            (isItem ? _items : _own)[node] |= 1UL << bit;
        }

        for (var i = order.Nodes.Length - 1; i >= 0; i--)
        {
            CollectWithin(order.Nodes[i]);
        }

        foreach (var node in order.Nodes)
        {
            if (control.RegionOf(Nodes[node]) is { } region)
            {
                _before[node] = Before(node, region);
            }
        }
    }

    /// <summary>What the turns of each while loop bind; a node's own part is done once all that comes after it is.</summary>
    private void CollectWithin(int node)
    {
        if (control.RegionOf(Nodes[node]) is { Kind: RegionKind.Body, Owner: { } loop })
        {
            _within[loop.Index] |= _own[node] | (IsTransparent(node) ? _within[node] : 0);
        }
        else if (hasRunOnly && control.RegionOf(Nodes[node]) is { Owner: { } parallel })
        {
            _within[parallel.Index] |= _own[node] | _within[node];
        }
    }

    private bool IsTransparent(int node) => hasRunOnly || Nodes[node].Kind == NodeKind.LogicLoop && Nodes[node]["style"].AsString() == "while";

    private ulong Before(int node, Region region)
    {
        ulong seen = 0;
        foreach (var e in links.In(node))
        {
            var source = links.Sources[e];
            if (control.RegionOf(Nodes[source]) is { } from)
            {
                seen |= from == region ? After(source) : Across(source, from, region);
            }
        }

        return seen;
    }

    /// <summary>Over the border of a region: into a body or branch, or out of branches to where they meet.</summary>
    private ulong Across(int source, Region from, Region to)
    {
        if (to.Owner is { } owner && owner.Index == source)
        {
            return _before[source] | (to.Kind == RegionKind.Body ? _items[source] | (IsTransparent(source) ? _within[source] : 0) : 0);
        }

        while (from.Parent != to)
        {
            from = from.Parent!;
        }

        return After(from.Owner!.Index);
    }

    private ulong After(int node) => _before[node] | _own[node] | (IsTransparent(node) ? _within[node] : 0);

    private ulong Seen(NameUse use)
    {
        if (use.Point != UsePoint.After)
        {
            return _before[use.Owner] | (use.Point == UsePoint.BeforeTurn ? _within[use.Owner] : 0);
        }

        var source = links.Sources[use.Owner];
        var target = links.Targets[use.Owner];
        return control.Body(Nodes[source]) is { } body && control.RegionOf(Nodes[target]) == body
            ? Across(source, control.RegionOf(Nodes[source])!, body)
            : After(source);
    }
}
