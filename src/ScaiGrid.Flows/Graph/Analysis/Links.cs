namespace ScaiGrid.Flows.Graph.Analysis;

/// <summary>The nodes of a graph by their ids, and the control edges between them. Edges to nowhere are left out.</summary>
internal sealed class Links
{
    private readonly Dictionary<string, int> _positions;
    private readonly List<int>?[] _out;
    private readonly List<int>?[] _in;

    public Links(FlowGraph graph)
    {
        Graph = graph;
        _positions = new(graph.Nodes.Count, StringComparer.Ordinal);
        for (var i = 0; i < graph.Nodes.Count; i++)
        {
            _positions.TryAdd(graph.Nodes[i].Id, i);
        }

        (Sources, Targets) = (new int[graph.Edges.Count], new int[graph.Edges.Count]);
        (_out, _in) = (new List<int>?[graph.Nodes.Count], new List<int>?[graph.Nodes.Count]);
        for (var e = 0; e < graph.Edges.Count; e++)
        {
            var edge = graph.Edges[e];
            (Sources[e], Targets[e]) = (Find(edge.Source.Node), Find(edge.Target.Node));
            if (edge.IsControl && Sources[e] >= 0 && Targets[e] >= 0)
            {
                (_out[Sources[e]] ??= []).Add(e);
                (_in[Targets[e]] ??= []).Add(e);
            }
        }
    }

    public FlowGraph Graph { get; }

    /// <summary>By edge: the position of the node it leaves; -1 when there is no such node.</summary>
    public int[] Sources { get; }

    /// <summary>By edge: the position of the node it leads to; -1 when there is no such node.</summary>
    public int[] Targets { get; }

    /// <summary>The control edges that leave the node, in the order of <c>edges</c>.</summary>
    public IReadOnlyList<int> Out(int node) => _out[node] ?? (IReadOnlyList<int>)[];

    public IReadOnlyList<int> In(int node) => _in[node] ?? (IReadOnlyList<int>)[];

    public int Find(string id) => _positions.GetValueOrDefault(id, -1);
}
