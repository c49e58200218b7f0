using ScaiGrid.Flows.Language;
using ScaiGrid.Flows.Manifests;
using ScaiGrid.Server.Features.Runs;
using ScaiGrid.Server.Features.Runs.Effects;
using ScaiGrid.Server.Kernel;

namespace ScaiGrid.Server.Features.Queues;

/// <summary>What may become of a message next.</summary>
internal enum MessageState
{
    /// <summary>It is given to whoever asks.</summary>
    Ready,

    /// <summary>A run has it, or it comes back at <see cref="MessageView.VisibleAt"/>.</summary>
    Invisible,

    /// <summary>A dead letter: no run could finish with it.</summary>
    Dead,
}

/// <summary>A message as callers see it.</summary>
/// <param name="Scope">Null is the tenant's default scope.</param>
/// <param name="Failures">How many runs could not finish with it; with more than <paramref name="MaxRetries"/> it is a dead letter.</param>
/// <param name="ClaimedBy">The run that has it.</param>
/// <param name="PublishedBy">A run, or the user who did it by hand.</param>
/// <param name="Payload">Null in lists where it is larger than they show; see <paramref name="PayloadOmitted"/>.</param>
/// <param name="PayloadOmitted">True when only <c>GET /messages/{id}</c> shows the payload.</param>
internal sealed record MessageView(
    Id<QueueMessage> Id,
    string? Scope,
    string Queue,
    MessageState State,
    string? MessageType,
    CheckpointPriority Priority,
    string? Reason,
    int Failures,
    int MaxRetries,
    DateTimeOffset VisibleAt,
    Id<Run>? ClaimedBy,
    string PublishedBy,
    DateTimeOffset CreatedAt,
    Value Payload,
    bool PayloadOmitted)
{
    /// <summary>Characters of JSON that a list shows of one payload.</summary>
    private const int LongestInLists = 4096;

    public static MessageView InList(QueueMessage message, DateTimeOffset now)
    {
        var view = Of(message, now);
        return message.Payload.ToJson().Length > LongestInLists ? view with { Payload = default, PayloadOmitted = true } : view;
    }

    public static MessageView Of(QueueMessage message, DateTimeOffset now)
    {
        var name = QueueName.Of(message.Queue);
        return new(
            message.Id, name.Scope, name.Queue, StateOf(message, now), message.MessageType, message.Priority, message.Reason, message.Failures, message.MaxRetries,
            message.VisibleAt, message.ClaimedBy, message.PublishedBy, message.CreatedAt, message.Payload, PayloadOmitted: false);
    }

    public static IQueryable<QueueMessage> Where(IQueryable<QueueMessage> messages, MessageState state, DateTimeOffset now) => state switch
    {
        MessageState.Ready => messages.Where(m => m.State == QueueMessageState.Ready && m.VisibleAt <= now),
        MessageState.Dead => messages.Where(m => m.State == QueueMessageState.Dead),
        _ => messages.Where(m => m.State == QueueMessageState.Claimed || (m.State == QueueMessageState.Ready && m.VisibleAt > now)),
    };

    private static MessageState StateOf(QueueMessage message, DateTimeOffset now) => message.State switch
    {
        QueueMessageState.Dead => MessageState.Dead,
        QueueMessageState.Ready when message.VisibleAt <= now => MessageState.Ready,
        _ => MessageState.Invisible,
    };
}
