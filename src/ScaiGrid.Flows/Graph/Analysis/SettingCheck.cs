using ScaiGrid.Flows.Manifests;

namespace ScaiGrid.Flows.Graph.Analysis;

/// <summary>Settings of one node that depend on each other, and tests that name nodes.</summary>
internal static class SettingCheck
{
    private static readonly string[] ApprovalOptions = ["approve", "reject"];

    public static void Check(FlowGraph graph, MeaningWalk walk)
    {
        foreach (var node in graph.Nodes)
        {
            switch (node.Kind)
            {
                case NodeKind.LogicLoop:
                    CheckLoop(node, walk);
                    break;
                case NodeKind.Checkpoint or NodeKind.HitlDecision or NodeKind.HitlReview:
                    CheckQuestion(node, walk);
                    break;
            }
        }

        CheckTests(graph, walk);
    }

    private static void CheckLoop(GraphNode node, MeaningWalk walk)
    {
        var isWhile = node["style"].AsString() == "while";
        var needed = isWhile ? "condition" : "collection";
        if (node.Config[needed].IsNull)
        {
            Report(walk, node, FlowCodes.Setting, $"node '{node.Id}': a {node["style"].ToText()} loop needs '{needed}'");
        }

        if (isWhile && node.Config["max_iterations"].IsNull)
        {
            Report(walk, node, FlowCodes.MaxIterations, $"node '{node.Id}': while loop missing max_iterations");
        }
    }

    private static void CheckQuestion(GraphNode node, MeaningWalk walk)
    {
        var type = node.Kind switch { NodeKind.HitlReview => "hitl_review", NodeKind.HitlDecision => "approval", _ => node["type"].AsString() };
        var options = node.Config["options"].Items.Select(option => option.AsString() ?? "").ToList();
        if (type == "choice" && node.Config["options"].IsNull)
        {
            Report(walk, node, FlowCodes.Option, $"node '{node.Id}': a choice needs 'options'");
        }

        var seen = new HashSet<string>(StringComparer.Ordinal);
        for (var i = 0; i < options.Count; i++)
        {
            if (!seen.Add(options[i]))
            {
                Report(walk, node, FlowCodes.Duplicate, $"node '{node.Id}': the option '{options[i]}' is given twice", $".options[{i}]");
            }
        }

        seen.UnionWith(type == "approval" && node.Config["options"].IsNull ? ApprovalOptions : []);
        if (node["on_timeout"].AsString() is { } end and not (CheckpointStep.Fail or CheckpointStep.Escalate) && !seen.Contains(end))
        {
            Report(
                walk, node, FlowCodes.Option, $"node '{node.Id}': on_timeout '{end}' is not one of {string.Join(", ", [CheckpointStep.Fail, CheckpointStep.Escalate, .. seen])}",
                ".on_timeout");
        }
    }

    private static void CheckTests(FlowGraph graph, MeaningWalk walk)
    {
        if (graph.Tests.Count == 0)
        {
            return;
        }

        var names = graph.Nodes.Select(node => node.Id).ToHashSet(StringComparer.Ordinal);
        var labels = graph.Nodes.Select(node => node.Label).ToHashSet(StringComparer.Ordinal);
        for (var i = 0; i < graph.Tests.Count; i++)
        {
            var test = graph.Tests[i];
            foreach (var mock in test.Mocks.Keys.Where(mock => !names.Contains(mock) && !labels.Contains(mock)))
            {
                Warn($"test '{test.Name}': no node has the id or label '{mock}'", $"tests[{i}].mocks");
            }

            foreach (var visit in test.Expect["visits"].Items.Where(visit => visit.AsString() is { } id && !names.Contains(id)))
            {
                Warn($"test '{test.Name}': no node has the id '{visit.AsString()}'", $"tests[{i}].expect.visits");
            }
        }

        void Warn(string message, string path) => walk.Add(new(Severity.Warning, FlowCodes.UnknownTestNode, message, path));
    }

    private static void Report(MeaningWalk walk, GraphNode node, string code, string message, string within = "") =>
        walk.Add(new(Severity.Error, code, message, $"nodes[{node.Index}].config{within}", NodeId: node.Id));
}
