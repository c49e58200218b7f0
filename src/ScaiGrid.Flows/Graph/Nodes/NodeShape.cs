using System.Collections.Immutable;
using ScaiGrid.Flows.Graph.Shapes;
using ScaiGrid.Flows.Language;

namespace ScaiGrid.Flows.Graph.Nodes;

/// <summary>One kind of node: how a flow writes it, what it can be set to, and the ports it has unless it names its own.</summary>
/// <param name="Name">The word in <c>type</c>, such as <c>llm_rigid</c>.</param>
/// <param name="Note">What it does, in one sentence.</param>
internal sealed record NodeShape(NodeKind Kind, string Name, string Note, params ImmutableArray<Field> Settings)
{
    private static readonly Port[] One = [new("in", "in", "object")];

    public IReadOnlyList<Port> Inputs { get; init; } = One;

    public IReadOnlyList<Port> Outputs { get; init; } = [new("out", "out", "object")];

    /// <summary>Its <c>config</c>: the settings of the kind, and those every node has.</summary>
    public Shape Config { get; } = new(Admits.Object)
    {
        Fields =
        [
            .. Settings,
            new("result_binding", Shape.Name.Noted("The name its result is bound to; else the label in snake_case, else the id.")),
            .. Kind is NodeKind.EntryApi or NodeKind.EntryWebhook or NodeKind.EntrySchedule ? ImmutableArray<Field>.Empty : [new("emit", Shape.Emit)],
        ],
        Definition = Name,
        Note = Note,
    };

    /// <summary>A node without a config is fine when nothing in it is required.</summary>
    public bool NeedsConfig => Settings.Any(setting => setting.IsRequired);

    /// <summary>What a setting is when a node does not give it; null when it then has no meaning.</summary>
    public Value Default(string setting)
    {
        foreach (var member in Settings)
        {
            if (member.Name == setting)
            {
                return member.Shape.Default;
            }
        }

        return default;
    }
}
