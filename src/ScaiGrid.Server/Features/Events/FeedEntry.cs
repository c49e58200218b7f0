using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using ScaiGrid.Flows.Language;
using ScaiGrid.Server.Data;
using ScaiGrid.Server.Features.Cores;
using ScaiGrid.Server.Features.Runs;
using ScaiGrid.Server.Features.Tenancy;
using ScaiGrid.Server.Kernel;

namespace ScaiGrid.Server.Features.Events;

/// <summary>
/// One line of the tenant's feed of events: that a run got further, or one event by itself. What a run tells stands in its own record, and
/// the line only says how far to read, so that a run of many steps costs one narrow row for each time it is saved.
/// </summary>
internal sealed class FeedEntry
{
    /// <summary>Given out by the database, rising.</summary>
    public long Number { get; init; }

    /// <summary>
    /// The transaction that wrote it, given out by PostgreSQL: numbers are drawn in one order and seen in another, and a reader who goes by
    /// transactions misses none. 0 on SQLite, where one writes at a time.
    /// </summary>
    public long Place { get; init; }

    public required Id<Tenant> TenantId { get; init; }

    public required Id<Core> CoreId { get; init; }

    /// <summary>The run that got further; null for an event by itself.</summary>
    public Id<Run>? RunId { get; init; }

    /// <summary>Which of the run's events are told, from this one on and up to the one before <see cref="Until"/>.</summary>
    public int From { get; init; }

    public int Until { get; init; }

    /// <summary>Of an event by itself; null for a run's.</summary>
    public string? Type { get; init; }

    public Value Payload { get; init; }

    public required DateTimeOffset At { get; init; }

    /// <param name="told">How many of the run's events were told of before.</param>
    /// <returns>Null when there is nothing to tell.</returns>
    public static FeedEntry? Of(Run run, int told, DateTimeOffset now) => run.Events <= told ? null : new()
    {
        TenantId = run.TenantId,
        CoreId = run.CoreId,
        RunId = run.Id,
        From = told,
        Until = run.Events,
        At = now,
    };

    internal sealed class Mapping(Db db) : IEntityTypeConfiguration<FeedEntry>
    {
        public void Configure(EntityTypeBuilder<FeedEntry> entry)
        {
            entry.ToTable("event_feed");
            entry.HasKey(e => e.Number);
            entry.Property(e => e.Number).ValueGeneratedOnAdd();
            entry.HasIndex(e => new { e.TenantId, e.Number });
            entry.Property(e => e.Type).HasMaxLength(64);
            if (db is PostgresDb)
            {
                entry.Property(e => e.Place).HasDefaultValueSql("pg_current_xact_id()::text::bigint");
                entry.HasIndex(e => new { e.TenantId, e.Place, e.Number });
            }
            else
            {
                entry.Property(e => e.Place).HasDefaultValue(0L);
            }

            entry.FilterUnlessPlatform(db, e => e.TenantId == db.TenantId);
        }
    }
}
