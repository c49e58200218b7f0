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

    public int Version { get; private set; }

    /// <summary>Follows what the Core's manifest says and the state it is in. A time that is due already stays so while nothing changes.</summary>
    public void Follow(string cron, string timeZone, bool isRunning, DateTimeOffset now)
    {
        if (isRunning && NextFireAt is not null && (Cron, TimeZone) == (cron, timeZone))
        {
            return;
        }

        (Cron, TimeZone) = (cron, timeZone);
        NextFireAt = isRunning ? NextAfter(now) : null;
    }

    /// <summary>The time has come. What else was missed meanwhile is not made up for.</summary>
    public void Fire(Id<Run> run, DateTimeOffset now) => (LastFiredAt, LastRunId, Problem, NextFireAt) = (NextFireAt, run, null, NextAfter(now));

    /// <summary>The time has come, but no run can begin.</summary>
    public void Skip(string problem, DateTimeOffset now)
    {
        (LastRunId, Problem) = (null, problem.Length > LongestProblem ? problem[..LongestProblem] : problem);
        NextFireAt = NextAfter(now);
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
