using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.ChangeTracking;
using ScaiGrid.Flows.Language;
using ScaiGrid.Server.Features.Checkpoints;
using ScaiGrid.Server.Features.Cores;
using ScaiGrid.Server.Features.Runs;

namespace ScaiGrid.Server.Features.Events;

/// <summary>What the feed has to tell of a row that is about to be saved: in the same save, whoever makes it.</summary>
internal static class FeedChanges
{
    public const string CheckpointPending = "scaicore.checkpoint_pending", CheckpointResolved = "scaicore.checkpoint_resolved",
        Activated = "scaicore.activated", Passivated = "scaicore.passivated", Deleted = "scaicore.deleted";

    private const int LongestValue = 4096;

    /// <returns>Null for nothing.</returns>
    public static FeedEntry? Of(EntityEntry entry, DateTimeOffset now) => entry.Entity switch
    {
        Run run when entry.State is EntityState.Added => FeedEntry.Of(run, 0, now),
        Run run when entry.State is EntityState.Modified => FeedEntry.Of(run, (int)entry.Property(nameof(Run.Events)).OriginalValue!, now),
        Checkpoint checkpoint => Of(checkpoint, entry, now),
        Core core => Of(core, entry, now),
        _ => null,
    };

    private static FeedEntry? Of(Checkpoint checkpoint, EntityEntry entry, DateTimeOffset now)
    {
        var isPending = checkpoint.Status == CheckpointStatus.Pending;
        if (isPending && checkpoint.IsHidden)
        {
            return null; // nobody is to be asked
        }

        if (entry.State == EntityState.Added)
        {
            return Of(checkpoint, isPending, "opened", now);
        }

        if (entry.State != EntityState.Modified || (CheckpointStatus)entry.Property(nameof(Checkpoint.Status)).OriginalValue! != CheckpointStatus.Pending)
        {
            return null;
        }

        var isReassigned = entry.Property(nameof(Checkpoint.AssigneeRaw)).IsModified || entry.Property(nameof(Checkpoint.Priority)).IsModified;
        return isPending && !isReassigned ? null : Of(checkpoint, isPending, "reassigned", now);
    }

    private static FeedEntry Of(Checkpoint c, bool isPending, string reason, DateTimeOffset now) => new()
    {
        TenantId = c.TenantId,
        CoreId = c.CoreId,
        Type = isPending ? CheckpointPending : CheckpointResolved,
        Payload = Value.Object(
        [
            new("checkpoint_id", c.Id.Value),
            new("execution_id", c.ExecutionId.Value),
            new("checkpoint_type", c.CheckpointType),
            new("assignee", c.AssigneeRaw),
            new("priority", Word(c.Priority)),
            .. isPending ? Asked(c, reason) : Answered(c),
        ]),
        At = now,
    };

    private static IEnumerable<KeyValuePair<string, Value>> Asked(Checkpoint c, string reason) =>
    [
        new("reason", reason),
        new("prompt", c.Prompt.Length <= LongestValue ? c.Prompt : $"{c.Prompt[..LongestValue]}…"),
        new("options", c.Options),
        new("expires_at", c.ExpiresAt is { } at ? at.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", System.Globalization.CultureInfo.InvariantCulture) : Value.Null),
    ];

    private static IEnumerable<KeyValuePair<string, Value>> Answered(Checkpoint c)
    {
        var fits = c.Resolution.ToJson().Length <= LongestValue;
        return
        [
            new("status", Word(c.Status)),
            new("resolution", fits ? c.Resolution : default),
            .. fits ? [] : (KeyValuePair<string, Value>[])[new("resolution_truncated", true)],
            new("resolved_by", c.ResolvedBy?.Value),
        ];
    }

    private static FeedEntry? Of(Core core, EntityEntry entry, DateTimeOffset now)
    {
        var was = entry.State == EntityState.Added ? CoreStatus.Created : (CoreStatus)entry.Property(nameof(Core.Status)).OriginalValue!;
        var type = entry.State == EntityState.Deleted ? Deleted
            : entry.State is not (EntityState.Added or EntityState.Modified) || was == core.Status ? null
            : core.Status == CoreStatus.Running ? Activated
            : was == CoreStatus.Running ? Passivated
            : null;
        return type is null ? null : new()
        {
            TenantId = core.TenantId,
            CoreId = core.Id,
            Type = type,
            Payload = Value.Object([new("name", core.Name), new("slug", core.Slug.Value), new("status", Word(core.Status))]),
            At = now,
        };
    }

    private static string Word<T>(T value) where T : struct, Enum => System.Text.Json.JsonNamingPolicy.SnakeCaseLower.ConvertName(value.ToString());
}
