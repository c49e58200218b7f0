using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using ScaiGrid.Flows.Manifests;
using ScaiGrid.Server.Data;
using ScaiGrid.Server.Features.Cores;
using ScaiGrid.Server.Features.Runs;
using ScaiGrid.Server.Features.Tenancy;
using ScaiGrid.Server.Kernel;

namespace ScaiGrid.Server.Features.Triggers;

/// <summary>When a flow of a Core is to run by itself. There is one for each flow with a schedule; it goes with the Core's manifest and state.</summary>
internal sealed class CoreSchedule
{
    public const int LongestProblem = 500;

    public required Id<Tenant> TenantId { get; init; }

    public required Id<Core> CoreId { get; init; }

    public required string FlowName { get; init; }

    public required string Cron { get; set; }

    public required string TimeZone { get; set; }

    /// <summary>Null while the Core is not running.</summary>
    public DateTimeOffset? NextFireAt { get; set; }

    /// <summary>The time that the last run was meant for; null before the first.</summary>
    public DateTimeOffset? LastFiredAt { get; set; }

    public Id<Run>? LastRunId { get; set; }

    /// <summary>Why the last time passed without a run; null when it did not.</summary>
    public string? Problem { get; set; }

    /// <summary>The time that is due could not be seen to by a fault of ours, and is left alone until then; null otherwise.</summary>
    public DateTimeOffset? RetryAt { get; private set; }

    /// <summary>How often that happened in a row.</summary>
    public int Failures { get; private set; }

    public int Version { get; private set; }

    /// <summary>Follows what the Core's manifest says and the state it is in. A time that is due already stays so while nothing changes.</summary>
    public void Follow(string cron, string timeZone, bool isRunning, DateTimeOffset now)
    {
        if (isRunning && NextFireAt is not null && (Cron, TimeZone) == (cron, timeZone))
        {
            return;
        }

        (Cron, TimeZone, RetryAt, Failures) = (cron, timeZone, null, 0);
        NextFireAt = isRunning ? NextAfter(now) : null;
    }

    /// <summary>A fault of ours: the time stays due, and others are not held up by it.</summary>
    public void PutAside(string problem, DateTimeOffset now)
    {
        Failures++;
        (RetryAt, Problem) = (now + TimeSpan.FromSeconds(Math.Min(300, 1 << Math.Min(Failures, 9))), problem);
    }

    /// <summary>The time has come. What else was missed meanwhile is not made up for.</summary>
    public void Fire(Id<Run> run, DateTimeOffset now) => (LastFiredAt, LastRunId, Problem, NextFireAt, RetryAt, Failures) = (NextFireAt, run, null, NextAfter(now), null, 0);

    /// <summary>The time has come, but no run can begin.</summary>
    public void Skip(string problem, DateTimeOffset now)
    {
        (LastRunId, Problem) = (null, problem.Length > LongestProblem ? problem[..LongestProblem] : problem);
        (NextFireAt, RetryAt, Failures) = (NextAfter(now), null, 0);
    }

    private DateTimeOffset? NextAfter(DateTimeOffset now) =>
        CronExpression.TryParse(Cron, out var cron, out _) && TimeZoneInfo.TryFindSystemTimeZoneById(TimeZone, out var zone) ? cron.Next(now, zone) : null;

    internal sealed class Mapping(Db db) : IEntityTypeConfiguration<CoreSchedule>
    {
        public void Configure(EntityTypeBuilder<CoreSchedule> schedule)
        {
            schedule.ToTable("core_schedules");
            schedule.HasKey(s => new { s.TenantId, s.CoreId, s.FlowName });
            schedule.HasIndex(s => s.NextFireAt);
            schedule.Property(s => s.FlowName).HasMaxLength(CoreSource.LongestFlowName);
            schedule.Property(s => s.TimeZone).HasMaxLength(100);
            schedule.Property(s => s.Problem).HasMaxLength(LongestProblem);
            schedule.Property(s => s.Version).IsConcurrencyToken();
            schedule.FilterUnlessPlatform(db, s => s.TenantId == db.TenantId);
        }
    }
}
