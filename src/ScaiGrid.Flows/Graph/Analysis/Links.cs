namespace ScaiGrid.Flows.Graph.Analysis;

/// <summary>The nodes of a graph by their ids, and the control edges between them. Edges to nowhere are left out.</summary>
internal sealed class Links
{
    private readonly Dictionary<string, int> _positions;
    private readonly int[] _outStart;
    private readonly int[] _inStart;
    private readonly int[] _out;
    private readonly int[] _in;

    public Links(FlowGraph graph)
    {
        Graph = graph;
        _positions = new(graph.Nodes.Count, StringComparer.Ordinal);
        for (var i = 0; i < graph.Nodes.Count; i++)
        {
            _positions.TryAdd(graph.Nodes[i].Id, i);
        }

        (Sources, Targets) = (new int[graph.Edges.Count], new int[graph.Edges.Count]);
        for (var e = 0; e < graph.Edges.Count; e++)
        {
            (Sources[e], Targets[e]) = (Find(graph.Edges[e].Source.Node), Find(graph.Edges[e].Target.Node));
        }

        (_outStart, _out) = Sorted(Sources);
        (_inStart, _in) = Sorted(Targets);
    }

    public FlowGraph Graph { get; }

    /// <summary>By edge: the position of the node it leaves; -1 when there is no such node.</summary>
    public int[] Sources { get; }

    /// <summary>By edge: the position of the node it leads to; -1 when there is no such node.</summary>
    public int[] Targets { get; }

    /// <summary>The control edges that leave the node, in the order of <c>edges</c>.</summary>
    public ReadOnlySpan<int> Out(int node) => _out.AsSpan(_outStart[node].._outStart[node + 1]);

    /// <summary>The control edges that lead to the node, in the order of <c>edges</c>.</summary>
    public ReadOnlySpan<int> In(int node) => _in.AsSpan(_inStart[node].._inStart[node + 1]);

    private int Find(string id) => _positions.GetValueOrDefault(id, -1);

    /// <summary>The control edges by one of their ends, and where those of each node begin.</summary>
    private (int[] Start, int[] Edges) Sorted(int[] ends)
    {
        var start = new int[Graph.Nodes.Count + 1];
        for (var e = 0; e < ends.Length; e++)
        {
            start[ends[e] + 1] += IsLink(e) ? 1 : 0;
        }

        for (var i = 1; i < start.Length; i++)
        {
            start[i] += start[i - 1];
        }

        var edges = new int[start[^1]];
        var next = start.AsSpan(0, Graph.Nodes.Count).ToArray();
        for (var e = 0; e < ends.Length; e++)
        {
            if (IsLink(e))
            {
                edges[next[ends[e]]++] = e;
            }
        }

        return (start, edges);
    }

    private bool IsLink(int edge) => Sources[edge] >= 0 && Targets[edge] >= 0 && Graph.Edges[edge].IsControl;
}
