using System.Collections.Immutable;
using ScaiGrid.Flows.Graph.Shapes;

namespace ScaiGrid.Flows.Graph.Nodes;

/// <summary>A run that waits for a person.</summary>
internal static class HumanKinds
{
    private static readonly Shape Priority = Shape.OneOf("low", "normal", "high", "critical");

    private static readonly ImmutableArray<Field> Question =
    [
        new("type", Shape.Name.By("approval").Noted("approval, choice (needs options), freeform, or a name of your own.")),
        new("prompt", Shape.Template),
        new("options", Shape.List(Shape.Text(Shape.LongestLabel, mayBeEmpty: false), 64).Noted("The answers allowed; approve and reject for an approval without any.")),
        new("assignee", Shape.Template.Noted("user:…, group:… or role:….")),
        new("priority", Priority.By("normal")),
        new("timeout", Shape.Duration),
        new("on_timeout", Shape.Text(Shape.LongestLabel, mayBeEmpty: false).By("fail").Noted("fail, escalate, or one of the options.")),
        new("escalation_target", Shape.Template),
        new("context", Shape.ValueTemplate.Noted("What the reviewer is shown.")),
    ];

    public static IEnumerable<NodeShape> All =>
    [
        new(NodeKind.Checkpoint, "checkpoint", "Waits for an answer.", Question),
        new(NodeKind.HitlDecision, "hitl_decision", "Waits for a decision: a checkpoint of type approval.", Question),
        new(NodeKind.HitlReview, "hitl_review", "Waits for a review form that is listed under its queue.",
        [
            new("queue", Shape.Token, true),
            new("scope", Shape.Token.Noted("Of config.scaiqueue without.")),
            new("sections", Shape.List(Shape.Object(), 64) with { Meaning = Meaning.ValueTemplate, Note = "The form: context, input and decision sections." }),
            .. Question.Where(member => member.Name != "type"),
        ]),
    ];
}
