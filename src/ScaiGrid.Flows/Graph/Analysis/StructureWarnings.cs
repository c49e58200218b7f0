namespace ScaiGrid.Flows.Graph.Analysis;

/// <summary>What a run can do without, though its author may not have meant to.</summary>
internal static class StructureWarnings
{
    public static void Check(Links links, NodeOrder order, MeaningWalk walk)
    {
        var used = new HashSet<PortRef>(links.Graph.Edges.Select(edge => edge.Source));
        for (var i = 0; i < links.Graph.Nodes.Count; i++)
        {
            var node = links.Graph.Nodes[i];
            if (!order.IsReachable[i])
            {
                Warn(node, FlowCodes.Unreachable, $"node '{node.Id}' is never reached: no entry leads to it", "");
            }

            CheckPorts(node, links.Out(i).Length > 0, used, walk);
            CheckOtherwise(node, links, i, walk);
        }

        void Warn(GraphNode node, string code, string message, string within) =>
            walk.Add(new(Severity.Warning, code, message, $"nodes[{node.Index}]{within}", NodeId: node.Id));
    }

    /// <summary>A node that nothing leaves ends its flow, body or branch, and a loop that nothing follows does so when it is done.</summary>
    private static void CheckPorts(GraphNode node, bool goesOn, HashSet<PortRef> used, MeaningWalk walk)
    {
        if (!goesOn && node.Outputs.Count < 2)
        {
            return;
        }

        for (var i = 0; i < node.Outputs.Count; i++)
        {
            var port = node.Outputs[i].Id;
            if (!used.Contains(new(node.Id, port)) && !(node.Kind == NodeKind.LogicLoop && port == Nodes.LogicKinds.DonePort))
            {
                walk.Add(new(
                    Severity.Warning, FlowCodes.UnusedPort, $"node '{node.Id}' has an unused output port '{port}'", $"nodes[{node.Index}].outputs[{i}]", NodeId: node.Id));
            }
        }
    }

    private static void CheckOtherwise(GraphNode node, Links links, int position, MeaningWalk walk)
    {
        if (node.Kind != NodeKind.LogicDecision)
        {
            return;
        }

        foreach (var e in links.Out(position))
        {
            if (links.Graph.Edges[e] is { Type: EdgeType.Sequential } or { Condition: "true" })
            {
                return;
            }
        }

        walk.Add(new(
            Severity.Warning, FlowCodes.NoOtherwise, $"decision '{node.Id}' has no otherwise: when no condition holds, the run ends here", $"nodes[{node.Index}]", NodeId: node.Id));
    }
}
