using ScaiGrid.Flows.Graph.Shapes;

namespace ScaiGrid.Flows.Graph.Nodes;

/// <summary>Durable messages between flows.</summary>
internal static class QueueKinds
{
    private static readonly Field Queue = new("queue", Shape.Token, true);

    private static readonly Field Scope = new("scope", Shape.Token.Noted("Of config.scaiqueue without."));

    public static IEnumerable<NodeShape> All =>
    [
        new(NodeKind.QueuePublish, "queue_publish", "Puts a message into a queue.",
            Queue,
            Scope,
            new("message_type", Shape.Text(Shape.LongestLabel)),
            new("payload", Shape.ValueTemplate)),
        new(NodeKind.QueueConsume, "queue_consume", "Takes one message from a queue.",
            Queue,
            Scope,
            new("timeout", Shape.Duration.By("30s"))),
        new(NodeKind.QueueEscalation, "queue_escalation", "Puts a message into an escalation queue.",
            Queue,
            Scope,
            new("reason", Shape.Template),
            new("priority", Shape.OneOf("low", "normal", "high", "critical").By("high"))),
    ];
}
