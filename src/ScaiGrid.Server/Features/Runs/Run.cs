using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using ScaiGrid.Flows.Language;
using ScaiGrid.Server.Data;
using ScaiGrid.Server.Features.Cores;
using ScaiGrid.Server.Features.Runs.Replicas;
using ScaiGrid.Server.Features.Tenancy;
using ScaiGrid.Server.Kernel;

namespace ScaiGrid.Server.Features.Runs;

/// <summary>Where a run stands. A queued run waits for a worker, to begin or to go on.</summary>
internal enum RunState { Queued, Running, Suspended, Completed, Failed, Cancelled }

/// <summary>How a run was started.</summary>
internal enum RunTrigger { Api, Event, Chat, Core, Webhook, Schedule }

/// <summary>One execution of a Core's flow.</summary>
internal sealed partial class Run : IIdentified<Run>
{
    public static string IdPrefix => "run";

    public required Id<Run> Id { get; init; }

    public required Id<Tenant> TenantId { get; init; }

    public required Id<Core> CoreId { get; init; }

    /// <summary>The program it began with and finishes on.</summary>
    public required string ProgramDigest { get; init; }

    public required string FlowName { get; init; }

    public required RunTrigger Trigger { get; init; }

    /// <summary>The user on whose behalf it runs; the Core itself where a webhook or a schedule started it.</summary>
    public required Id<User> StartedBy { get; init; }

    /// <summary>The user as whom it acts, whoever started it; null = the Core itself, on behalf of who started it.</summary>
    public Id<User>? ActingAs { get; init; }

    /// <summary>The request that started it.</summary>
    public string? RequestId { get; init; }

    /// <summary>The instance whose memory it uses; null for Cores without instances.</summary>
    public string? InstanceKey { get; init; }

    public RunState Status { get; set; } = RunState.Queued;

    public Value Input { get; init; }

    public Value Output { get; set; }

    public string? ErrorCode { get; set; }

    public string? ErrorMessage { get; set; }

    /// <summary>The path of the step that failed.</summary>
    public string? ErrorStep { get; set; }

    /// <summary>What it did so far, as <see cref="RunTrace"/> writes it.</summary>
    public string Steps { get; set; } = "[]";

    /// <summary>How many events of it have been told; see <see cref="Events.RuntimeEvents"/>.</summary>
    public int Events { get; set; }

    /// <summary>How many Cores called each other to get here.</summary>
    public int Depth { get; init; }

    /// <summary>The run that called this one; null when none did.</summary>
    public Id<Run>? CalledBy { get; init; }

    /// <summary>The digest of what the run was started for, where that may be told again: a call's key, an event's, a webhook's signature, a schedule's time. It starts one run.</summary>
    public string? CallKey { get; init; }

    /// <summary>The history from which the run goes on, sealed; null when there is none, or it is an object.</summary>
    public byte[]? History { get; set; }

    /// <summary>The object that holds a history too large for the row.</summary>
    public string? HistoryKey { get; set; }

    /// <summary>The event with which a queued run goes on; null when it is to begin.</summary>
    public Value Pending { get; set; }

    public int ModelCalls { get; set; }

    public long PromptTokens { get; set; }

    public long CompletionTokens { get; set; }

    /// <summary>Of its model calls, exactly.</summary>
    public decimal Cost { get; set; }

    public required DateTimeOffset StartedAt { get; init; }

    public DateTimeOffset? FinishedAt { get; set; }

    /// <summary>Queued behind other runs of its instance: no worker is to take it yet.</summary>
    public bool AwaitsTurn { get; set; }

    /// <summary>The process that works on it; null when none does.</summary>
    public Id<Replica>? Owner { get; set; }

    public int Version { get; private set; }

    internal sealed class Mapping(Db db) : IEntityTypeConfiguration<Run>
    {
        public void Configure(EntityTypeBuilder<Run> run)
        {
            run.ToTable("runs");
            run.HasKey(r => new { r.TenantId, r.Id });
            run.HasIndex(r => new { r.TenantId, r.CoreId, r.Id });
            run.HasIndex(r => new { r.Status, r.Owner }).HasFilter("owner IS NOT NULL"); // what is executed, and nothing else: few of all rows
            run.HasIndex(r => r.Id).HasFilter("status = 'Queued' AND NOT awaits_turn"); // the queue: as long as it is, however many runs wait or are over
            run.HasIndex(r => new { r.TenantId, r.CoreId, r.InstanceKey }).HasFilter("status = 'Queued' AND awaits_turn"); // who waits for his turn
            run.HasIndex(r => new { r.TenantId, r.CallKey }).IsUnique().HasFilter("call_key IS NOT NULL");
            run.Property(r => r.ProgramDigest).HasMaxLength(80);
            run.Property(r => r.FlowName).HasMaxLength(CoreSource.LongestFlowName);
            run.Property(r => r.RequestId).HasMaxLength(64);
            run.Property(r => r.InstanceKey).HasMaxLength(Instances.InstanceKey.MaxLength);
            run.Property(r => r.CallKey).HasMaxLength(64);
            run.Property(r => r.ErrorCode).HasMaxLength(64);
            run.Property(r => r.HistoryKey).HasMaxLength(512);
            run.Property(r => r.Version).IsConcurrencyToken();
            run.FilterUnlessPlatform(db, r => r.TenantId == db.TenantId);
        }
    }
}
