using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using ScaiGrid.Flows.Language;
using ScaiGrid.Flows.Manifests;
using ScaiGrid.Server.Data;
using ScaiGrid.Server.Features.Tenancy;
using ScaiGrid.Server.Kernel;

namespace ScaiGrid.Server.Features.Runs.Effects;

internal enum QueueMessageState
{
    /// <summary>There for the next who asks, from <see cref="QueueMessage.VisibleAt"/> on.</summary>
    Ready,

    /// <summary>A run has it, until the run is over.</summary>
    Claimed,

    /// <summary>Nobody could do anything with it: it is kept to be looked at.</summary>
    Dead,
}

/// <summary>
/// A durable message in a queue of a tenant. A run that takes it has it for as long as the run lives: when the run completes the message is done
/// and removed, when it fails the message goes back, after a while, and becomes a dead letter at last.
/// </summary>
internal sealed class QueueMessage : IIdentified<QueueMessage>
{
    public const int NameLength = 260, DefaultRetries = 5;

    public static string IdPrefix => "msg";

    public required Id<QueueMessage> Id { get; init; }

    public required Id<Tenant> TenantId { get; init; }

    /// <summary>The queue's scope and name, as <see cref="NameOf"/> writes them.</summary>
    public required string Queue { get; init; }

    public string? MessageType { get; init; }

    public Value Payload { get; init; }

    public required CheckpointPriority Priority { get; init; }

    /// <summary>What is higher comes first: the priority, in queues that are ordered by it.</summary>
    public required int Rank { get; init; }

    /// <summary>Why it was escalated; null when it was not.</summary>
    public string? Reason { get; init; }

    public QueueMessageState State { get; private set; } = QueueMessageState.Ready;

    public required DateTimeOffset VisibleAt { get; set; }

    /// <summary>How many runs could not finish with it.</summary>
    public int Failures { get; private set; }

    /// <summary>How many more runs may try after the first that failed.</summary>
    public required int MaxRetries { get; init; }

    /// <summary>The key of the effect that published it: published again, it is the same message.</summary>
    public required string PublishKey { get; init; }

    /// <summary>The run, or the person who did it by hand.</summary>
    public required string PublishedBy { get; init; }

    /// <summary>The key of the effect that took it; null while it is ready.</summary>
    public string? ClaimKey { get; private set; }

    public Id<Run>? ClaimedBy { get; private set; }

    public required DateTimeOffset CreatedAt { get; init; }

    public int Version { get; private set; }

    public static string NameOf(string? scope, string queue) => $"{scope}/{queue}";

    public void Claim(Id<Run> run, string key) => (State, ClaimedBy, ClaimKey) = (QueueMessageState.Claimed, run, key);

    /// <summary>The run that had it did not finish with it.</summary>
    public void GiveBack(DateTimeOffset now)
    {
        Failures++;
        (State, ClaimedBy, ClaimKey) = (Failures > MaxRetries ? QueueMessageState.Dead : QueueMessageState.Ready, null, null);
        VisibleAt = now + TimeSpan.FromSeconds(Math.Min(300, 1 << Math.Min(Failures, 9)));
    }

    /// <summary>Somebody wants it tried again, as if nobody had tried.</summary>
    public void Requeue(DateTimeOffset now) => (State, Failures, VisibleAt) = (QueueMessageState.Ready, 0, now);

    /// <summary>As the run that takes it sees it.</summary>
    public Value ToValue() => Value.Object(
    [
        new("id", Id.Value),
        new("message_type", MessageType),
        new("payload", Payload),
        new("priority", Priority.ToString().ToLowerInvariant()),
        new("reason", Reason),
        new("attempt", Failures + 1),
        new("published_at", CreatedAt.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", System.Globalization.CultureInfo.InvariantCulture)),
    ]);

    internal sealed class Mapping(Db db) : IEntityTypeConfiguration<QueueMessage>
    {
        public void Configure(EntityTypeBuilder<QueueMessage> message)
        {
            message.ToTable("queue_messages");
            message.HasKey(m => new { m.TenantId, m.Id });
            message.HasIndex(m => new { m.TenantId, m.PublishKey }).IsUnique();
            message.HasIndex(m => new { m.TenantId, m.ClaimKey }).IsUnique();
            message.HasIndex(m => new { m.TenantId, m.Queue, m.State, m.Rank, m.Id });
            message.HasIndex(m => new { m.TenantId, m.ClaimedBy }).HasFilter("claimed_by IS NOT NULL");
            message.HasIndex(m => m.VisibleAt).HasFilter("state = 'Ready' AND failures > 0"); // those that come back after a while
            message.Property(m => m.Queue).HasMaxLength(NameLength);
            message.Property(m => m.MessageType).HasMaxLength(200);
            message.Property(m => m.PublishKey).HasMaxLength(64);
            message.Property(m => m.PublishedBy).HasMaxLength(64);
            message.Property(m => m.ClaimKey).HasMaxLength(64);
            message.Property(m => m.Version).IsConcurrencyToken();
            message.FilterUnlessPlatform(db, m => m.TenantId == db.TenantId);
        }
    }
}
