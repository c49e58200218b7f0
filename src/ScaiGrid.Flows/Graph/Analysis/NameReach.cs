namespace ScaiGrid.Flows.Graph.Analysis;

/// <summary>
/// Which names can have been bound when a node runs. Names are followed through the flow 64 at a time, each as one bit, so
/// that the cost stays near that of the flow's size even when every node is named somewhere.
/// </summary>
internal sealed class NameReach
{
    private const int Batch = 64;

    private readonly Links _links;
    private readonly ReachPlan _plan;
    private readonly bool _hasRunOnly;
    private readonly ulong[] _own;
    private readonly ulong[] _items;
    private readonly ulong[] _before;
    private readonly ulong[] _after;
    private readonly ulong[] _within;

    /// <param name="hasRunOnly">
    /// True asks only whether a node can have run before. False asks whether its result is in scope: what a branch or a turn of
    /// foreach binds is gone with it, and a while loop sees what its own turns bound.
    /// </param>
    public NameReach(Links links, NodeOrder order, ControlFlow control, bool hasRunOnly)
    {
        (_links, _hasRunOnly, _plan) = (links, hasRunOnly, new(links, order, control, hasRunOnly));
        var count = links.Graph.Nodes.Count;
        (_own, _items, _before, _after, _within) = (new ulong[count], new ulong[count], new ulong[count], new ulong[count], new ulong[count]);
    }

    /// <summary>Those of the uses whose name cannot have been bound.</summary>
    /// <param name="uses">Of nodes that an entry leads to.</param>
    /// <param name="name">What a node binds; null for nothing.</param>
    public List<NameUse> Unseen(IReadOnlyList<NameUse> uses, Func<GraphNode, string?> name)
    {
        var numbers = new Dictionary<string, int>(StringComparer.Ordinal);
        foreach (var use in uses)
        {
            numbers.TryAdd(use.Name, numbers.Count);
        }

        var batches = new List<(NameUse Use, int Bit)>[(numbers.Count + Batch - 1) / Batch];
        foreach (var use in uses)
        {
            var number = numbers[use.Name];
            (batches[number / Batch] ??= []).Add((use, number % Batch));
        }

        var binders = Binders(numbers, name, batches.Length);
        var unseen = new List<NameUse>();
        for (var i = 0; i < batches.Length; i++)
        {
            Follow(binders[i]);
            foreach (var (use, bit) in batches[i])
            {
                if ((Seen(use) >> bit & 1) == 0)
                {
                    unseen.Add(use);
                }
            }
        }

        return unseen;
    }

    private List<(int Node, int Bit, bool IsItem)>[] Binders(Dictionary<string, int> numbers, Func<GraphNode, string?> name, int count)
    {
        var binders = new List<(int Node, int Bit, bool IsItem)>[count];
        for (var i = 0; i < count; i++)
        {
            binders[i] = [];
        }

        for (var node = 0; node < _own.Length; node++)
        {
            Add(name(_links.Graph.Nodes[node]), isItem: false);
            foreach (var item in _hasRunOnly ? [] : ScopeCheck.Items(_links.Graph.Nodes[node]))
            {
                Add(item, isItem: true);
            }

            void Add(string? bound, bool isItem)
            {
                if (bound is not null && numbers.TryGetValue(bound, out var number))
                {
                    binders[number / Batch].Add((node, number % Batch, isItem));
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

        foreach (var (node, owner) in _plan.Within)
        {
            _within[owner] |= _own[node] | (_plan.ShowsWithin[node] ? _within[node] : 0);
        }

        foreach (var (node, first, count) in _plan.Nodes)
        {
            ulong seen = 0;
            foreach (var (source, isInto) in _plan.Ways(first, count))
            {
                seen |= isInto ? Into(source) : _after[source];
            }

            _before[node] = seen;
            _after[node] = seen | _own[node] | (_plan.ShowsWithin[node] ? _within[node] : 0);
        }
    }

    /// <summary>What a body or branch of the node begins with.</summary>
    private ulong Into(int node) => _before[node] | _items[node] | (_plan.ShowsWithin[node] ? _within[node] : 0);

    private ulong Seen(NameUse use)
    {
        if (use.Point != UsePoint.After)
        {
            return _before[use.Owner] | (use.Point == UsePoint.BeforeTurn ? _within[use.Owner] : 0);
        }

        var source = _links.Sources[use.Owner];
        return _links.Graph.Edges[use.Owner].Source.Port == Nodes.LogicKinds.BodyPort && _links.Graph.Nodes[source].Kind == NodeKind.LogicLoop
            ? Into(source)
            : _after[source];
    }
}
