namespace ScaiGrid.Flows.Graph.Analysis;

/// <summary>How what is wrong with the structure of a graph is told.</summary>
internal sealed class StructureFaults(FlowGraph graph, Action<Diagnostic> report)
{
    private readonly HashSet<(string Code, int Index)> _told = [];

    public bool HasAny { get; private set; }

    public void Cycle(int[] cycle)
    {
        var names = cycle.Length <= ControlFlowBuilder.MostCycleNodes
            ? cycle.Select(i => graph.Nodes[i].Id)
            : [.. cycle[..(ControlFlowBuilder.MostCycleNodes - 1)].Select(i => graph.Nodes[i].Id), "…", graph.Nodes[cycle[^1]].Id];
        At(graph.Nodes[cycle[0]], FlowCodes.Cycle, $"cycle detected: {string.Join(" -> ", names)}");
    }

    public void NoBody(GraphNode loop) =>
        At(loop, FlowCodes.LoopBody, $"node '{loop.Id}' is a loop without a body: no edge leaves its port 'body'");

    public void LeavesBody(GraphNode loop, GraphNode node, GraphEdge edge) =>
        At(edge, FlowCodes.LoopBody, $"node '{node.Id}' is reached both from the body of loop '{loop.Id}' and from outside of it; a body ends by having no outgoing edge");

    public void TooDeep(GraphNode node) =>
        At(node, FlowCodes.Nesting, $"node '{node.Id}' stands within {ControlFlowBuilder.MostNesting} loops and parallel blocks, the most there may be");

    public void BranchCount(GraphNode parallel) =>
        At(parallel, FlowCodes.Branches, $"parallel '{parallel.Id}' needs between 1 and {Manifests.ParallelStep.MostBranches} outgoing edges, one for each branch");

    public void MeetTwice(GraphNode parallel, GraphNode first, GraphNode second) =>
        At(parallel, FlowCodes.Branches, $"branches of parallel '{parallel.Id}' meet at '{first.Id}' and at '{second.Id}'; all must meet at one node, or none");

    public void EmptyBranch(GraphNode parallel, GraphEdge edge) =>
        At(edge, FlowCodes.Branches, $"edge '{edge.Id}': the branch of parallel '{parallel.Id}' has no node of its own");

    public void NeverMeets(GraphNode parallel, GraphEdge edge, GraphNode join) =>
        At(edge, FlowCodes.Branches, $"edge '{edge.Id}': the branch of parallel '{parallel.Id}' never meets the others at '{join.Id}'; all must meet at one node, or none");

    private void At(GraphNode node, string code, string message)
    {
        HasAny = true;
        if (_told.Add((code, node.Index)))
        {
            report(new(Severity.Error, code, message, $"nodes[{node.Index}]", NodeId: node.Id));
        }
    }

    private void At(GraphEdge edge, string code, string message)
    {
        HasAny = true;
        if (_told.Add((code, -1 - edge.Index)))
        {
            report(new(Severity.Error, code, message, $"edges[{edge.Index}]", EdgeId: edge.Id));
        }
    }
}
