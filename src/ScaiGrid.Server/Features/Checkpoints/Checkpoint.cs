using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using ScaiGrid.Flows.Language;
using ScaiGrid.Server.Data;
using ScaiGrid.Server.Features.Cores;
using ScaiGrid.Server.Features.Runs;
using ScaiGrid.Server.Features.Tenancy;
using ScaiGrid.Server.Kernel;

namespace ScaiGrid.Server.Features.Checkpoints;

internal enum CheckpointStatus { Pending, Resolved, Expired, Cancelled }

internal enum AssigneeType { Unrouted, User, Group, Role, DelegatedUser }

internal enum CheckpointPriority { Low, Normal, High, Critical }

/// <summary>A paused run that waits for a decision.</summary>
internal sealed partial class Checkpoint : IIdentified<Checkpoint>
{
    private const int TypeLength = 64, AssigneeLength = 320;

    public static string IdPrefix => "chk";

    public required Id<Checkpoint> Id { get; init; }

    public required Id<Tenant> TenantId { get; init; }

    public required Id<Core> CoreId { get; init; }

    public required Id<Run> ExecutionId { get; init; }

    public required string FlowName { get; init; }

    /// <summary>The path of the step that waits.</summary>
    public required string StepPath { get; init; }

    public string? InstanceKey { get; init; }

    /// <summary>The program's own word for the kind of decision: <c>approval</c>, <c>choice</c>, <c>freeform</c>, …</summary>
    public required string CheckpointType { get; init; }

    public required string Prompt { get; init; }

    /// <summary>The answers that are accepted; empty = any.</summary>
    public Value Options { get; init; } = Value.EmptyArray;

    /// <summary>As the program wrote it, such as <c>role:tenant_admin</c>.</summary>
    public string? AssigneeRaw { get; set; }

    public AssigneeType AssigneeType { get; set; }

    /// <summary>The user id or email, group id or role name behind <see cref="AssigneeRaw"/>.</summary>
    public string? AssigneeValue { get; set; }

    public Value Context { get; init; } = Value.EmptyObject;

    /// <summary>The review form, <c>{scope?, queue?, sections?}</c>; null for none.</summary>
    public Value Form { get; init; }

    /// <summary>It waits, but is not among those that people are shown; see <see cref="CheckpointModes"/>.</summary>
    public bool IsHidden { get; init; }

    public CheckpointStatus Status { get; set; } = CheckpointStatus.Pending;

    public CheckpointPriority Priority { get; set; } = CheckpointPriority.Normal;

    /// <summary>Null = it waits for ever.</summary>
    public DateTimeOffset? ExpiresAt { get; set; }

    /// <summary><c>fail</c>, <c>escalate</c>, or the option that is taken as the answer.</summary>
    public string ExpiryAction { get; init; } = "fail";

    public string? EscalationTarget { get; init; }

    public Value Resolution { get; set; }

    public string? Comment { get; set; }

    public Id<User>? ResolvedBy { get; set; }

    public DateTimeOffset? ResolvedAt { get; set; }

    public required DateTimeOffset CreatedAt { get; init; }

    public int Version { get; private set; }

    internal sealed class Mapping(Db db) : IEntityTypeConfiguration<Checkpoint>
    {
        public void Configure(EntityTypeBuilder<Checkpoint> checkpoint)
        {
            checkpoint.ToTable("checkpoints");
            checkpoint.HasKey(c => new { c.TenantId, c.Id });
            checkpoint.HasIndex(c => new { c.TenantId, c.Status, c.Id });
            checkpoint.HasIndex(c => new { c.TenantId, c.ExecutionId });
            checkpoint.HasIndex(c => new { c.Status, c.ExpiresAt });
            checkpoint.Property(c => c.FlowName).HasMaxLength(200);
            checkpoint.Property(c => c.InstanceKey).HasMaxLength(200);
            checkpoint.Property(c => c.CheckpointType).HasMaxLength(TypeLength);
            checkpoint.Property(c => c.AssigneeRaw).HasMaxLength(AssigneeLength);
            checkpoint.Property(c => c.AssigneeValue).HasMaxLength(AssigneeLength);
            checkpoint.Property(c => c.Version).IsConcurrencyToken();
            checkpoint.FilterUnlessPlatform(db, c => c.TenantId == db.TenantId);
        }
    }
}
