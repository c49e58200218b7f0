using Microsoft.EntityFrameworkCore;
using ScaiGrid.Flows.Language;
using ScaiGrid.Server.Data;
using ScaiGrid.Server.Features.Cores;
using ScaiGrid.Server.Features.Runs;
using ScaiGrid.Server.Features.Tenancy;
using ScaiGrid.Server.Kernel;

namespace ScaiGrid.Server.Features.Triggers;

/// <summary>
/// Starts the runs of schedules within a second or two of their time. Every replica looks; each time starts one run, because the row goes on to its
/// next time in the save that stores the run. What was missed while no server ran is made up for by one run.
/// </summary>
internal sealed partial class ScheduleClock(IServiceScopeFactory scopes, RunStore store, CorePrograms programs, RunWorker worker, IdSource ids, TimeProvider clock, ILogger<ScheduleClock> logger) : BackgroundService
{
    private const int AtOnce = 100;

    /// <summary>Midnight is everybody's time.</summary>
    private const int MostSideBySide = 8;

    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);

    /// <returns>How many runs were started here.</returns>
    public async Task<int> FireAsync(CancellationToken ct)
    {
        var (started, seen) = (0, AtOnce);
        while (seen == AtOnce)
        {
            var due = await DueAsync(ct);
            await Parallel.ForEachAsync(due, new ParallelOptions { MaxDegreeOfParallelism = MostSideBySide, CancellationToken = ct }, async (schedule, ct) =>
            {
                if (await TryFireAsync(schedule, ct))
                {
                    Interlocked.Increment(ref started);
                    worker.Wake();
                }
            });
            seen = due.Count;
        }

        return started;
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Interval, clock);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            try
            {
                await FireAsync(stoppingToken);
            }
            catch (Exception e) when (e is not OperationCanceledException)
            {
                LogUnseen(logger, e);
            }
        }
    }

    private async Task<bool> TryFireAsync(Due due, CancellationToken ct)
    {
        try
        {
            return await FireAsync(due.TenantId, due.CoreId, due.Flow, ct);
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            LogFailed(logger, due.CoreId.Value, due.Flow, e);
            await PutAsideAsync(due, ct);
            return false;
        }
    }

    private async Task PutAsideAsync(Due due, CancellationToken ct)
    {
        await using var scope = store.Enter(due.TenantId, out var db);
        await db.RetryOnConflictAsync(async () =>
        {
            var now = clock.GetUtcNow();
            if (await RowOf(db, due.CoreId, due.Flow).SingleOrDefaultAsync(ct) is { } row && row.NextFireAt <= now)
            {
                row.PutAside("The server could not start the run, and tries again.", now);
            }

            return await db.SaveChangesAsync(ct);
        });
    }

    private async Task<List<Due>> DueAsync(CancellationToken ct)
    {
        await using var scope = scopes.CreateAsyncScope();
        scope.ServiceProvider.GetRequiredService<TenantScope>().EnterPlatform();
        var db = scope.ServiceProvider.GetRequiredService<Db>();
        var now = clock.GetUtcNow();
        return await db.Schedules.Where(s => s.NextFireAt <= now && (s.RetryAt == null || s.RetryAt <= now))
            .OrderBy(s => s.NextFireAt).Take(AtOnce).Select(s => new Due(s.TenantId, s.CoreId, s.FlowName)).ToListAsync(ct);
    }

    private async Task<bool> FireAsync(Id<Tenant> tenantId, Id<Core> coreId, string flow, CancellationToken ct)
    {
        await using var scope = store.Enter(tenantId, out var db);
        var now = clock.GetUtcNow();
        if (await RowOf(db, coreId, flow).AsNoTracking().SingleOrDefaultAsync(ct) is not { NextFireAt: { } due } || due > now)
        {
            return false;
        }

        var started = false;
        var ordered = await OrderAsync(db, coreId, flow, due, now, ct);
        if (ordered.Succeeded(out var order, out var error))
        {
            error = await store.QueueAsync(order.Core, order.Run, ct, async inSave =>
            {
                started = false;
                if (await RowOf(inSave, coreId, flow).SingleOrDefaultAsync(ct) is { } row && row.NextFireAt == due)
                {
                    row.Fire(order.Run.Id, now);
                    started = true;
                }

                return started;
            });
        }

        if (error is not null)
        {
            LogSkipped(logger, coreId.Value, flow, error.Message);
            await SkipAsync(db, coreId, flow, due, error, now, ct);
            started = false;
        }

        if (started || error is not null) // else another replica was first, and counts it
        {
            TriggerMetrics.Schedule(started ? "started" : "skipped");
        }

        return started;
    }

    private async Task<Result<(LoadedCore Core, Run Run)>> OrderAsync(Db db, Id<Core> coreId, string flow, DateTimeOffset due, DateTimeOffset now, CancellationToken ct)
    {
        if (await db.Cores.AsNoTracking().Where(c => c.Id == coreId).Join(db.Tenants, c => c.TenantId, t => t.Id, (c, t) => new { c.Version, Tenant = t }).SingleOrDefaultAsync(ct) is not { } found)
        {
            return CoreErrors.Missing(coreId);
        }

        if (found.Tenant.Status != TenantStatus.Active)
        {
            return RunErrors.CoreNotRunning.With("The tenant is suspended.");
        }

        if (!(await programs.OfAsync(found.Tenant.Id, coreId, found.Version, ct)).Succeeded(out var core, out var error))
        {
            return error;
        }

        var id = ids.New<Run>();
        var input = core.Program.Manifest.Flows.FirstOrDefault(f => f.Name == flow)?.Trigger.Schedule?.Input ?? Value.Null;
        var order = new RunOrder(RunTrigger.Schedule, InputOf(input, due), TriggeredRuns.CallerOf(core, found.Tenant), id.Value, flow)
        {
            CallKey = TriggeredRuns.KeyOf("schedule", coreId.Value, flow, $"{due.UtcTicks}"),
        };
        return order.Decide(core, id, now).Succeeded(out var run, out error) ? (core, run) : error;
    }

    /// <summary>An object, or nothing, is told the time that is meant; anything else is given as it is.</summary>
    public static Value InputOf(Value given, DateTimeOffset due) =>
        given.Kind is not (ValueKind.Null or ValueKind.Object) || !given["scheduled_at"].IsNull ? given
            : Value.Object([.. given.Members, new("scheduled_at", due.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", System.Globalization.CultureInfo.InvariantCulture))]);

    /// <summary>Tells why there was no run, and goes on to the next time. Does nothing when another replica has started one.</summary>
    private static Task<int> SkipAsync(Db db, Id<Core> coreId, string flow, DateTimeOffset due, Error error, DateTimeOffset now, CancellationToken ct) => db.RetryOnConflictAsync(async () =>
    {
        if (await RowOf(db, coreId, flow).SingleOrDefaultAsync(ct) is { } row && row.NextFireAt == due)
        {
            row.Skip(error.Details is [{ } fault, ..] ? $"{fault.Field} {fault.Message}" : error.Message, now);
        }

        return await db.SaveChangesAsync(ct);
    });

    private static IQueryable<CoreSchedule> RowOf(Db db, Id<Core> coreId, string flow) => db.Schedules.Where(s => s.CoreId == coreId && s.FlowName == flow);

    private readonly record struct Due(Id<Tenant> TenantId, Id<Core> CoreId, string Flow);

    [LoggerMessage(Level = LogLevel.Error, Message = "Due schedules could not be looked for.")]
    private static partial void LogUnseen(ILogger logger, Exception exception);

    [LoggerMessage(Level = LogLevel.Error, Message = "The schedule of flow {Flow} of Core {Core} could not start a run; it is tried again.")]
    private static partial void LogFailed(ILogger logger, string core, string flow, Exception exception);

    [LoggerMessage(Level = LogLevel.Warning, Message = "The schedule of flow {Flow} of Core {Core} started no run: {Why}")]
    private static partial void LogSkipped(ILogger logger, string core, string flow, string why);
}
