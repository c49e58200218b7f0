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

    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);

    /// <returns>How many runs were started here.</returns>
    public async Task<int> FireAsync(CancellationToken ct)
    {
        var (due, started) = (await DueAsync(ct), 0);
        foreach (var (tenantId, coreId, flow) in due)
        {
            try
            {
                started += await FireAsync(tenantId, coreId, flow, ct) ? 1 : 0;
            }
            catch (Exception e) when (e is not OperationCanceledException)
            {
                LogFailed(logger, coreId.Value, flow, e); // the others have their time too
            }
        }

        if (started > 0)
        {
            worker.Wake();
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

    private async Task<List<(Id<Tenant>, Id<Core>, string Flow)>> DueAsync(CancellationToken ct)
    {
        await using var scope = scopes.CreateAsyncScope();
        scope.ServiceProvider.GetRequiredService<TenantScope>().EnterPlatform();
        var db = scope.ServiceProvider.GetRequiredService<Db>();
        var now = clock.GetUtcNow();
        var due = await db.Schedules.Where(s => s.NextFireAt <= now).OrderBy(s => s.NextFireAt).Take(AtOnce).Select(s => new { s.TenantId, s.CoreId, s.FlowName }).ToListAsync(ct);
        return [.. due.Select(s => (s.TenantId, s.CoreId, s.FlowName))];
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
            await SkipAsync(db, coreId, flow, due, order.Run?.Id, error, now, ct);
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
    /// <param name="refused">The run that was not stored though its time was taken; null when it did not come to that.</param>
    private static Task<int> SkipAsync(Db db, Id<Core> coreId, string flow, DateTimeOffset due, Id<Run>? refused, Error error, DateTimeOffset now, CancellationToken ct) => db.RetryOnConflictAsync(async () =>
    {
        if (await RowOf(db, coreId, flow).SingleOrDefaultAsync(ct) is { } row && (row.NextFireAt == due || (refused is not null && row.LastRunId == refused)))
        {
            row.Skip(error.Details is [{ } fault, ..] ? $"{fault.Field} {fault.Message}" : error.Message, now);
        }

        return await db.SaveChangesAsync(ct);
    });

    private static IQueryable<CoreSchedule> RowOf(Db db, Id<Core> coreId, string flow) => db.Schedules.Where(s => s.CoreId == coreId && s.FlowName == flow);

    [LoggerMessage(Level = LogLevel.Error, Message = "Due schedules could not be looked for.")]
    private static partial void LogUnseen(ILogger logger, Exception exception);

    [LoggerMessage(Level = LogLevel.Error, Message = "The schedule of flow {Flow} of Core {Core} could not start a run; it is tried again.")]
    private static partial void LogFailed(ILogger logger, string core, string flow, Exception exception);

    [LoggerMessage(Level = LogLevel.Warning, Message = "The schedule of flow {Flow} of Core {Core} started no run: {Why}")]
    private static partial void LogSkipped(ILogger logger, string core, string flow, string why);
}
