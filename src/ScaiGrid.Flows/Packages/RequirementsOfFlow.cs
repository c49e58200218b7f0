using ScaiGrid.Flows.Graph;

namespace ScaiGrid.Flows.Packages;

public static class RequirementsOfFlow
{
    /// <summary>The plugin that sandboxes are reached through.</summary>
    private const string Sandboxes = "scaibunker";

    extension(FlowGraph flow)
    {
        /// <summary>What the flow needs of a tenant, whether it says so in its configuration or a node just uses it.</summary>
        public Requirements Requirements() => new(
            [.. flow.Config.Models.Select(m => new RequiredModel(m.Role, m.Ref, m.Model)).OrderBy(m => m.Role, StringComparer.Ordinal)],
            Sorted(flow.Config.Plugins.Select(p => p.Alias).Concat(flow.Nodes.Select(PluginOf))),
            [.. flow.Nodes.Select(n => QueueOf(n, flow.Config)).OfType<RequiredQueue>().Distinct().OrderBy(q => q.Name, StringComparer.Ordinal).ThenBy(q => q.Scope, StringComparer.Ordinal)],
            Sorted(flow.Nodes.Where(n => n.Kind == NodeKind.SubflowCall).Select(n => n["target"].AsString())));
    }

    private static string? PluginOf(GraphNode node) => node.Kind switch
    {
        NodeKind.ToolPlugin => node["alias"].AsString(),
        NodeKind.ComputeProvision or NodeKind.ComputeExec or NodeKind.ComputeFileUpload or NodeKind.ComputeFileDownload or NodeKind.ComputeDestroy => Sandboxes,
        _ => null,
    };

    private static RequiredQueue? QueueOf(GraphNode node, FlowConfig config) =>
        node.Kind is NodeKind.QueuePublish or NodeKind.QueueConsume or NodeKind.QueueEscalation or NodeKind.HitlReview && node["queue"].AsString() is { } name
            ? new(name, node["scope"].AsString() ?? config.QueueScope)
            : null;

    private static List<string> Sorted(IEnumerable<string?> names) => [.. names.OfType<string>().Distinct().Order(StringComparer.Ordinal)];
}
