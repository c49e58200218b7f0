using ScaiGrid.Flows.Graph.Shapes;
using ScaiGrid.Flows.Language;
using ScaiGrid.Flows.Manifests;

namespace ScaiGrid.Flows.Graph.Analysis;

/// <summary>A part of a node that is written as in a manifest: its failure policies, or the steps that make up for a bad answer.</summary>
internal readonly record struct ManifestPart(Meaning Meaning, Value Value, string? NodeId, string Path)
{
    /// <summary>The role that a manifest always has.</summary>
    private const string DefaultRole = "primary";

    /// <summary>Reads the parts of all nodes, and tells what is wrong with them.</summary>
    public static void Check(FlowGraph graph, MeaningWalk walk)
    {
        if (walk.Parts.Count == 0)
        {
            return;
        }

        var ids = graph.Nodes.Select(node => node.Id).ToHashSet(StringComparer.Ordinal);
        var roles = graph.Config.Models.Select(model => model.Role).Append(DefaultRole).ToHashSet(StringComparer.Ordinal);
        foreach (var part in walk.Parts)
        {
            var faults = new List<Diagnostic>();
            part.Read(new(faults), roles);
            part.CheckIds(part.Value, ids, part.Path, walk);
            foreach (var fault in faults.Where(fault => fault.Severity == Severity.Error))
            {
                part.Tell(walk, fault.Message, Paths.Join(part.Path, fault.Path));
            }
        }
    }

    private void Read(ManifestReport report, HashSet<string> roles)
    {
        var node = ManifestNode.Root(report, Value, null);
        if (Meaning == Meaning.FailurePolicies)
        {
            LlmTurnStep.ReadPolicies(node);
        }
        else
        {
            new StepReader(report, roles, null).ReadList(node, "steps[0].on_validation_failure");
        }
    }

    /// <summary>Nodes and the steps that stand in them become steps of one flow, in which ids are told apart.</summary>
    private void CheckIds(Value steps, HashSet<string> ids, string path, MeaningWalk walk)
    {
        for (var i = 0; i < steps.Items.Count; i++)
        {
            var step = steps.Items[i];
            if (step["id"].AsString() is { } id && !ids.Add(id))
            {
                Tell(walk, $"another node or step has the id '{id}'", $"{path}[{i}].id");
            }

            CheckIds(step["foreach"]["steps"], ids, $"{path}[{i}].foreach.steps", walk);
            CheckIds(step["while"]["steps"], ids, $"{path}[{i}].while.steps", walk);
            CheckIds(step["on_validation_failure"], ids, $"{path}[{i}].on_validation_failure", walk);
            var branches = step["parallel"]["branches"].Items;
            for (var b = 0; b < branches.Count; b++)
            {
                CheckIds(branches[b]["steps"], ids, $"{path}[{i}].parallel.branches[{b}].steps", walk);
            }
        }
    }

    private void Tell(MeaningWalk walk, string message, string path) => walk.Add(new(
        Severity.Error, Meaning == Meaning.FailurePolicies ? FlowCodes.FailurePolicy : FlowCodes.FallbackStep, message, path, NodeId: NodeId));
}
