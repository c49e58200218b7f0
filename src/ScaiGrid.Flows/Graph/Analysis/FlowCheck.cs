using ScaiGrid.Flows.Language;

namespace ScaiGrid.Flows.Graph.Analysis;

/// <summary>All that is known of a flow after one pass over it.</summary>
/// <param name="Graph">Null when there are errors.</param>
/// <param name="Control">Of all entries; null when there are errors.</param>
/// <param name="Diagnostics">Every error and warning, by place.</param>
internal sealed record FlowCheck(FlowGraph? Graph, ControlFlow? Control, IReadOnlyList<Diagnostic> Diagnostics)
{
    public static FlowCheck Of(Value content)
    {
        var walk = new MeaningWalk();
        if (!FlowReader.Walk(content, walk) && content.Kind != ValueKind.Object)
        {
            return new(null, null, walk.Diagnostics());
        }

        var graph = GraphBuilder.Build(content);
        var references = new ReferenceCheck(graph, walk);
        references.Check();
        SettingCheck.Check(graph, walk);
        var control = CheckStructure(content, graph, references, walk);
        return walk.Errors == 0 ? new(graph, control, walk.Diagnostics()) : new(null, null, walk.Diagnostics());
    }

    /// <summary>Only of a graph whose nodes and edges could all be made out: what is missing would look like a fault.</summary>
    private static ControlFlow? CheckStructure(Value content, FlowGraph graph, ReferenceCheck references, MeaningWalk walk)
    {
        if (graph.Nodes.Count != content["nodes"].Items.Count || graph.Edges.Count != content["edges"].Items.Count)
        {
            return null;
        }

        var links = references.Links;
        int[] entries = [.. Enumerable.Range(0, graph.Nodes.Count).Where(i => graph.Nodes[i].IsEntry)];
        var order = NodeOrder.Of(links, entries);
        if (!references.IsWired && order.Cycles.Count == 0)
        {
            return null;
        }

        var control = ControlFlowBuilder.Build(links, order, entries, walk.Add);
        if (references.IsWired && order.Cycles.Count == 0)
        {
            StructureWarnings.Check(links, order, walk);
        }

        if (control is not null)
        {
            new ScopeCheck(links, order, control, walk).Check();
        }

        return control;
    }
}
