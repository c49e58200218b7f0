namespace ScaiGrid.Flows.Manifests;

/// <summary>
/// <c>queue_consume: {queue, scope?, timeout}</c>: takes one message from a queue of the tenant. Its result is the message,
/// null when none came in time.
/// </summary>
/// <param name="Scope">As of <see cref="QueuePublishStep"/>.</param>
/// <param name="Timeout">How long a message is waited for; 30 s unless given, and <c>0s</c> takes only what is there.</param>
public sealed record QueueConsumeStep(StepHead Head, string Queue, string? Scope, TimeSpan Timeout) : Step(Head)
{
    private static readonly TimeSpan DefaultTimeout = TimeSpan.FromSeconds(30);

    private static readonly ManifestShape Shape = ManifestShape.Step.Member("queue_consume")!;

    internal static Step? Read(StepReader reader, StepHead head, ManifestNode step, ManifestNode body)
    {
        if (!body.IsObject())
        {
            return null;
        }

        body.WarnOfUnknownKeys(Shape);
        return new QueueConsumeStep(
            head,
            body.Required("queue")?.Token() ?? "",
            body.Given("scope") is { } scope ? scope.Token() : reader.QueueScope,
            body.Given("timeout")?.Duration() ?? DefaultTimeout);
    }
}
