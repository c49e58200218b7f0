using ScaiGrid.Flows.Graph.Nodes;
using ScaiGrid.Flows.Language;

namespace ScaiGrid.Flows.Graph;

/// <summary>One node.</summary>
/// <param name="Index">Its place in <c>nodes</c>.</param>
/// <param name="Label">For people; the id unless given.</param>
/// <param name="Config">As it came; an empty object unless given. The indexer adds the defaults.</param>
/// <param name="Inputs">Its own ports, else those of its kind. An entry has none.</param>
/// <param name="Breakpoint">The run is to stop before it, for debugging.</param>
/// <param name="Source">The whole node as it came.</param>
public sealed record GraphNode(
    int Index, string Id, NodeKind Kind, string Label, Value Config, IReadOnlyList<Port> Inputs, IReadOnlyList<Port> Outputs, bool Breakpoint,
    Value Source)
{
    /// <summary>
    /// The name that its result is bound to: <c>config.result_binding</c>, else the label in snake_case when expressions can
    /// say that, else the id, with <c>_</c> for what expressions cannot say.
    /// </summary>
    public string Binding { get; } = BindingName.Of(Config["result_binding"], Label, Id);

    /// <summary>The word in <c>type</c>.</summary>
    public string Type => Shape.Name;

    public bool IsEntry => Kind <= NodeKind.EntrySchedule;

    /// <summary>It passes on the result before it and binds none of its own.</summary>
    public bool HasResult => !IsEntry && Kind != NodeKind.LogicDecision;

    /// <summary>The model role as written, by its former name too; null is the default role.</summary>
    public string? LlmRole => Config["llm_role"].AsString() ?? Config["model"].AsString();

    internal NodeShape Shape => NodeShapes.Of(Kind);

    /// <summary>The setting, or its default; null when it has none.</summary>
    public Value this[string setting] => Config[setting] is { IsNull: false } given ? given : Shape.Default(setting);
}

/// <param name="Type">Free text, such as <c>object</c>; says nothing to the machine.</param>
public sealed record Port(string Id, string Label, string Type);

public enum EdgeType
{
    /// <summary>The target runs after the source; after a choice, it is the otherwise.</summary>
    Sequential,

    /// <summary>The target runs after the source when the condition holds and none before it did.</summary>
    Conditional,

    /// <summary>The source has run before the target does. It leads nowhere itself.</summary>
    Data,
}

/// <summary>One edge.</summary>
/// <param name="Index">Its place in <c>edges</c>.</param>
/// <param name="Condition">An expression; null unless the edge is conditional.</param>
public sealed record GraphEdge(int Index, string Id, EdgeType Type, PortRef Source, PortRef Target, string? Condition)
{
    public bool IsControl => Type != EdgeType.Data;
}

public readonly record struct PortRef(string Node, string Port);
