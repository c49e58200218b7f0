using System.Diagnostics.Metrics;
using Microsoft.EntityFrameworkCore;
using ScaiGrid.Server.Data;
using ScaiGrid.Server.Features.Runs;
using ScaiGrid.Server.Features.Tenancy;
using ScaiGrid.Server.Kernel;

namespace ScaiGrid.Server.Features.Retention;

/// <summary>
/// Deletes runs that ended long ago, with what is theirs alone, and old lines of the feed of events: a batch at a time, so that nobody waits for it.
/// Every replica does; what one deletes the others do not find. Usage records, the audit log and what instances remember are kept.
/// </summary>
internal sealed partial class RetentionSweep(IServiceScopeFactory scopes, ServerOptions options, TimeProvider clock, ILogger<RetentionSweep> logger) : BackgroundService
{
    private const int AtOnce = 500;

    private static readonly TimeSpan Interval = TimeSpan.FromMinutes(10), Rest = TimeSpan.FromMilliseconds(50);

    private static readonly Meter Meter = new("ScaiGrid.Retention");

    private static readonly Counter<long> Runs = Meter.CreateCounter<long>("scaigrid.retention.runs"), Events = Meter.CreateCounter<long>("scaigrid.retention.events");

    /// <returns>How many runs and how many lines of the feed were deleted.</returns>
    public async Task<(int Runs, int Events)> SweepAsync(CancellationToken ct)
    {
        var swept = (
            Runs: options.Retention.Runs > TimeSpan.Zero ? await SweepRunsAsync(clock.GetUtcNow() - options.Retention.Runs, ct) : 0,
            Events: options.Retention.Events > TimeSpan.Zero ? await SweepFeedAsync(clock.GetUtcNow() - options.Retention.Events, ct) : 0);
        Runs.Add(swept.Runs);
        Events.Add(swept.Events);
        if (swept is not (0, 0))
        {
            LogSwept(logger, swept.Runs, swept.Events);
        }

        return swept;
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Interval, clock);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            try
            {
                await SweepAsync(stoppingToken);
            }
            catch (Exception e) when (e is not OperationCanceledException)
            {
                LogFailed(logger, e);
            }
        }
    }

    private async Task<int> SweepRunsAsync(DateTimeOffset before, CancellationToken ct)
    {
        await using var scope = Enter(out var db);
        var count = 0;
        foreach (var tenant in await db.Tenants.Select(t => t.Id).ToListAsync(ct))
        {
            // Ids tell when a run began, and are the key: what began later is not even looked at.
            var (end, after, batch) = (IdSource.FirstOf<Run>(before), new Id<Run>(""), new List<Id<Run>>());
            do
            {
                batch = await Forgettable(db, tenant, before).Where(r => r.Id > after && r.Id < end).OrderBy(r => r.Id).Select(r => r.Id).Take(AtOnce).ToListAsync(ct);
                if (batch.Count > 0)
                {
                    count += await DeleteAsync(db, tenant, batch, ct);
                    after = batch[^1];
                    await Task.Delay(Rest, ct);
                }
            }
            while (batch.Count == AtOnce);
        }

        return count;
    }

    /// <summary>Runs that ended before then and that nothing which goes on still asks for: neither the run that called them nor a message that they have.</summary>
    private static IQueryable<Run> Forgettable(Db db, Id<Tenant> tenant, DateTimeOffset before) => db.Runs.Where(r =>
        r.TenantId == tenant && r.FinishedAt < before
        && !db.Runs.Any(c => c.TenantId == r.TenantId && c.Id == r.CalledBy && c.FinishedAt == null)
        && !db.QueueMessages.Any(m => m.TenantId == r.TenantId && m.ClaimedBy == r.Id));

    private static async Task<int> DeleteAsync(Db db, Id<Tenant> tenant, List<Id<Run>> batch, CancellationToken ct)
    {
        await using var transaction = await db.Database.BeginTransactionAsync(ct);
        await db.Checkpoints.Where(c => c.TenantId == tenant && batch.Contains(c.ExecutionId)).ExecuteDeleteAsync(ct);
        await db.Waits.Where(w => w.TenantId == tenant && batch.Contains(w.RunId)).ExecuteDeleteAsync(ct);
        var deleted = await db.Runs.Where(r => r.TenantId == tenant && batch.Contains(r.Id)).ExecuteDeleteAsync(ct);
        await transaction.CommitAsync(ct);
        return deleted;
    }

    private async Task<int> SweepFeedAsync(DateTimeOffset before, CancellationToken ct)
    {
        await using var scope = Enter(out var db);
        for (var count = 0; ;)
        {
            // Read from the oldest on, and no further than there is something to delete.
            var oldest = await db.Feed.OrderBy(e => e.Number).Take(AtOnce).Select(e => new { e.Number, e.At }).ToListAsync(ct);
            var old = oldest.TakeWhile(e => e.At < before).ToList();
            if (old.Count == 0)
            {
                return count;
            }

            var last = old[^1].Number;
            count += await db.Feed.Where(e => e.Number <= last).ExecuteDeleteAsync(ct);
            await Task.Delay(Rest, ct);
        }
    }

    private AsyncServiceScope Enter(out Db db)
    {
        var scope = scopes.CreateAsyncScope();
        scope.ServiceProvider.GetRequiredService<TenantScope>().EnterPlatform();
        db = scope.ServiceProvider.GetRequiredService<Db>();
        return scope;
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "{Runs} runs and {Events} lines of the event feed are past their time and deleted.")]
    private static partial void LogSwept(ILogger logger, int runs, int events);

    [LoggerMessage(Level = LogLevel.Error, Message = "What is past its time could not be deleted.")]
    private static partial void LogFailed(ILogger logger, Exception exception);
}
