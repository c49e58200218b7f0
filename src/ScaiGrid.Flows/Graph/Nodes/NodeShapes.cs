using System.Collections.Frozen;

namespace ScaiGrid.Flows.Graph.Nodes;

/// <summary>All kinds of node, in the order of <see cref="NodeKind"/>.</summary>
internal static class NodeShapes
{
    public static readonly IReadOnlyList<NodeShape> All =
    [
        .. EntryKinds.All.Concat(LlmKinds.All).Concat(LogicKinds.All).Concat(ToolKinds.All).Concat(HumanKinds.All)
            .Concat(QueueKinds.All).Concat(ComputeKinds.All).OrderBy(shape => shape.Kind),
    ];

    private static readonly FrozenDictionary<string, NodeShape> ByName = All.ToFrozenDictionary(shape => shape.Name, StringComparer.Ordinal);

    public static NodeShape Of(NodeKind kind) => All[(int)kind];

    /// <summary>The kind that a flow writes so; null when there is none.</summary>
    public static NodeShape? Find(string name) => ByName.GetValueOrDefault(name);
}
