using ScaiGrid.Flows.Language;

namespace ScaiGrid.Flows.Manifests;

/// <summary>
/// <c>queue_publish: {queue, scope?, message_type, payload, …}</c>: puts a durable message into a queue of the tenant. Its
/// result tells which message it became.
/// </summary>
/// <param name="Scope">The scope the queue belongs to: its own, else that of <c>core.scaiqueue</c>; null is the tenant's default scope.</param>
/// <param name="MessageType">Tells consumers what the payload is; null when they need not know.</param>
/// <param name="Payload">The message; null sends <c>null</c>.</param>
/// <param name="Priority">Counts in queues that are ordered by it; <c>normal</c> unless given.</param>
/// <param name="Reason">Why it was escalated, for whoever takes it; null when it was not.</param>
public sealed record QueuePublishStep(
    StepHead Head, string Queue, string? Scope, string? MessageType, ValueTemplate? Payload, CheckpointPriority Priority, Template? Reason)
    : Step(Head)
{
    private static readonly ManifestShape Shape = ManifestShape.Step.Member("queue_publish")!;

    internal static Step? Read(StepReader reader, StepHead head, ManifestNode step, ManifestNode body)
    {
        if (!body.IsObject())
        {
            return null;
        }

        body.WarnOfUnknownKeys(Shape);
        return new QueuePublishStep(
            head,
            body.Required("queue")?.Token() ?? "",
            body.Given("scope") is { } scope ? scope.Token() : reader.QueueScope,
            body.Given("message_type")?.Text(),
            reader.ValueTemplate(body.Given("payload")),
            Enum.Parse<CheckpointPriority>(body.Given("priority")?.OneOf("low", "normal", "high", "critical") ?? "normal", true),
            body.Given("reason") is { } reason ? reader.Template(reason) : null);
    }
}
