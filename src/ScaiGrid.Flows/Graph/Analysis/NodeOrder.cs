namespace ScaiGrid.Flows.Graph.Analysis;

/// <summary>
/// The nodes in an order in which each comes after all that lead to it, the branches of a choice one after another; and the
/// cycles that prevent it. A depth-first walk with a stack of its own, for a flow may be one long chain.
/// </summary>
internal sealed class NodeOrder
{
    private enum State : byte { New, Open, Done }

    private readonly Links _links;
    private readonly State[] _states;
    private readonly bool[] _isInCycle;
    private readonly List<int> _finished = [];

    private NodeOrder(Links links)
    {
        _links = links;
        (_states, _isInCycle, IsReachable) = (new State[links.Graph.Nodes.Count], new bool[links.Graph.Nodes.Count], new bool[links.Graph.Nodes.Count]);
    }

    /// <summary>Positions of nodes; meaningless when there are cycles.</summary>
    public int[] Nodes { get; private set; } = [];

    /// <summary>By position: an entry leads there.</summary>
    public bool[] IsReachable { get; }

    /// <summary>Each begins and ends with the same node. Of cycles that share nodes the first one found.</summary>
    public List<int[]> Cycles { get; } = [];

    public static NodeOrder Of(Links links, IReadOnlyList<int> entries)
    {
        var order = new NodeOrder(links);
        for (var i = entries.Count - 1; i >= 0; i--)
        {
            order.Visit(entries[i]);
        }

        foreach (var node in order._finished)
        {
            order.IsReachable[node] = true;
        }

        for (var node = 0; node < order._states.Length; node++)
        {
            order.Visit(node);
        }

        order._finished.Reverse();
        order.Nodes = [.. order._finished];
        return order;
    }

    private void Visit(int root)
    {
        if (_states[root] != State.New)
        {
            return;
        }

        var stack = new Stack<(int Node, int Edge)>();
        Open(root);
        while (stack.TryPop(out var at))
        {
            if (at.Edge < 0)
            {
                _states[at.Node] = State.Done;
                _finished.Add(at.Node);
                continue;
            }

            stack.Push((at.Node, at.Edge - 1));
            var target = _links.Targets[_links.Out(at.Node)[at.Edge]];
            if (_states[target] == State.New)
            {
                Open(target);
            }
            else if (_states[target] == State.Open)
            {
                Close(stack, target);
            }
        }

        // The last edge first, so that in the order, which is reversed, the first one's nodes come first.
        void Open(int node)
        {
            _states[node] = State.Open;
            stack.Push((node, _links.Out(node).Length - 1));
        }
    }

    /// <summary>Every node is marked once, so that many cycles cost no more than one.</summary>
    private void Close(Stack<(int Node, int Edge)> stack, int target)
    {
        var path = new List<int> { target };
        var isNew = true;
        foreach (var (node, _) in stack)
        {
            if (_isInCycle[node])
            {
                isNew = false;
                break;
            }

            _isInCycle[node] = true;
            path.Add(node);
            if (node == target)
            {
                break;
            }
        }

        if (isNew)
        {
            path.Reverse();
            Cycles.Add([.. path]);
        }
    }
}
