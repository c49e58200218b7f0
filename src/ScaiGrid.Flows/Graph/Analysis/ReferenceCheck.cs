namespace ScaiGrid.Flows.Graph.Analysis;

/// <summary>What refers to what: ids that are told apart, edges between ports that are there, roles that are declared.</summary>
internal sealed class ReferenceCheck(FlowGraph graph, MeaningWalk walk)
{
    public Links Links { get; } = new(graph);

    /// <summary>Every edge leads from a port to a port, and no two nodes have the same id.</summary>
    public bool IsWired { get; private set; } = true;

    public void Check()
    {
        CheckIds();
        for (var e = 0; e < graph.Edges.Count; e++)
        {
            var edge = graph.Edges[e];
            CheckEnd(edge, "source", edge.Source, Links.Sources[e], "output");
            CheckEnd(edge, "target", edge.Target, Links.Targets[e], "input");
        }

        CheckWaysOn();
        CheckRoles();
        ManifestPart.Check(graph, walk);
        if (!graph.Nodes.Any(node => node.IsEntry))
        {
            Report(FlowCodes.NoEntry, "flow has no entry-point node", "nodes");
        }
    }

    private void CheckIds()
    {
        Distinct(graph.Nodes, node => node.Id, (node, _) =>
            IsWired = Report(FlowCodes.Duplicate, $"another node has the id '{node.Id}'", $"nodes[{node.Index}].id", node.Id));
        Distinct(graph.Edges, edge => edge.Id, (edge, _) =>
            Report(FlowCodes.Duplicate, $"another edge has the id '{edge.Id}'", $"edges[{edge.Index}].id", edgeId: edge.Id));
        Distinct(graph.Variables, variable => variable.Name, (variable, i) => Report(FlowCodes.Duplicate, $"another variable has the name '{variable.Name}'", $"variables[{i}].name"));
        Distinct(graph.Config.Models, model => model.Role, (model, i) =>
            Report(FlowCodes.Duplicate, $"another model has the role '{model.Role}'", $"config.core_identity.models[{i}].role"));
        Distinct(graph.Config.Plugins, plugin => plugin.Alias, (plugin, i) => Report(FlowCodes.Duplicate, $"another plugin has the alias '{plugin.Alias}'", $"config.plugins[{i}].alias"));
        Distinct(graph.Tests, test => test.Name, (test, i) => Report(FlowCodes.Duplicate, $"another test has the name '{test.Name}'", $"tests[{i}].name"));
        foreach (var node in graph.Nodes)
        {
            Distinct(node.Inputs, port => port.Id, (port, i) => Report(FlowCodes.Duplicate, $"another input port has the id '{port.Id}'", $"nodes[{node.Index}].inputs[{i}].id", node.Id));
            Distinct(node.Outputs, port => port.Id, (port, i) => Report(FlowCodes.Duplicate, $"another output port has the id '{port.Id}'", $"nodes[{node.Index}].outputs[{i}].id", node.Id));
        }
    }

    private static void Distinct<T>(IReadOnlyList<T> items, Func<T, string> name, Action<T, int> report)
    {
        if (items.Count < 2 || (items.Count == 2 && name(items[0]) != name(items[1]))) // most nodes have two ports at most
        {
            return;
        }

        var seen = new HashSet<string>(items.Count, StringComparer.Ordinal);
        for (var i = 0; i < items.Count; i++)
        {
            if (!seen.Add(name(items[i])))
            {
                report(items[i], i);
            }
        }
    }

    private void CheckEnd(GraphEdge edge, string end, PortRef port, int node, string direction)
    {
        if (node < 0)
        {
            IsWired = Report(FlowCodes.UnknownNode, $"edge '{edge.Id}': {end} node '{port.Node}' does not exist", $"edges[{edge.Index}].{end}.node", edgeId: edge.Id);
            return;
        }

        var ports = end == "source" ? graph.Nodes[node].Outputs : graph.Nodes[node].Inputs;
        foreach (var candidate in ports)
        {
            if (candidate.Id == port.Port)
            {
                return;
            }
        }

        IsWired = Report(
            FlowCodes.UnknownPort, $"edge '{edge.Id}': {end} node '{port.Node}' has no {direction} port '{port.Port}'", $"edges[{edge.Index}].{end}.port", edgeId: edge.Id);
    }

    /// <summary>A node goes one way, unless it is there to go several; a loop has a way from each of its two ports.</summary>
    private void CheckWaysOn()
    {
        var taken = new HashSet<(int Node, string Port)>();
        for (var e = 0; e < graph.Edges.Count; e++)
        {
            var edge = graph.Edges[e];
            if (!edge.IsControl || Links.Sources[e] is not (>= 0 and var source))
            {
                continue;
            }

            var node = graph.Nodes[source];
            if (node.Kind == NodeKind.LogicParallel)
            {
                if (edge.Type == EdgeType.Conditional)
                {
                    Report(FlowCodes.Branches, $"edge '{edge.Id}': a branch of parallel '{node.Id}' has no condition; every branch runs", $"edges[{edge.Index}]", edgeId: edge.Id);
                }
            }
            else if (edge.Type == EdgeType.Sequential && !taken.Add((source, node.Kind == NodeKind.LogicLoop ? edge.Source.Port : "")))
            {
                Report(
                    FlowCodes.Ambiguous, $"edge '{edge.Id}': another edge without a condition leaves node '{node.Id}'; only logic_parallel goes several ways at once",
                    $"edges[{edge.Index}]", edgeId: edge.Id);
            }
        }
    }

    private void CheckRoles()
    {
        var roles = graph.Config.Models.Select(model => model.Role).ToHashSet(StringComparer.Ordinal);
        foreach (var (role, nodeId, path) in walk.Roles.Where(use => !roles.Contains(use.Role)))
        {
            Report(FlowCodes.Role, $"llm_role validation failed: node '{nodeId}': llm_role='{role}' is not declared", path, nodeId);
        }

        if (roles.Count > 0)
        {
            return;
        }

        foreach (var node in graph.Nodes.Where(node => node.Kind is NodeKind.LlmGuarded or NodeKind.LlmFlexible && node.LlmRole is null))
        {
            Report(FlowCodes.Role, $"llm_role validation failed: node '{node.Id}': config.core_identity.models declares no model", $"nodes[{node.Index}]", node.Id);
        }
    }

    /// <returns>Always false.</returns>
    private bool Report(string code, string message, string path, string? nodeId = null, string? edgeId = null)
    {
        walk.Add(new(Severity.Error, code, message, path, NodeId: nodeId, EdgeId: edgeId));
        return false;
    }
}
