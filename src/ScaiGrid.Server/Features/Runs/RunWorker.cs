using System.Collections.Concurrent;
using Microsoft.EntityFrameworkCore;
using ScaiGrid.Server.Data;
using ScaiGrid.Server.Features.Runs.Replicas;

namespace ScaiGrid.Server.Features.Runs;

/// <summary>
/// Executes queued runs, of any replica's making. A run that is taken names the process that has it; <see cref="TakeOver"/> sees to those whose
/// process died.
/// </summary>
internal sealed partial class RunWorker(IServiceScopeFactory scopes, RunStep step, RunLeases leases, TimeProvider clock, ILogger<RunWorker> logger) : BackgroundService
{
    /// <summary>A run that waits for something outside holds a place and no thread.</summary>
    private const int MostAtOnce = 128;

    /// <summary>Whoever calls what does not answer must not keep others waiting.</summary>
    private const int MostOfOneTenant = 32;

    private static readonly TimeSpan Poll = TimeSpan.FromSeconds(1), Patience = TimeSpan.FromSeconds(25);

    private readonly SemaphoreSlim _work = new(0), _places = new(MostAtOnce);
    private readonly ConcurrentDictionary<RunLease, Task> _active = new();

    /// <summary>Something was queued here: it need not wait for the next look.</summary>
    public void Wake()
    {
        if (_work.CurrentCount == 0)
        {
            _work.Release();
        }
    }

    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        await base.StopAsync(cancellationToken); // takes no more
        try
        {
            await Task.WhenAll(_active.Values).WaitAsync(Patience, clock, cancellationToken);
        }
        catch (Exception e) when (e is TimeoutException or OperationCanceledException)
        {
            await using var scope = Enter(out var db);
            await leases.HandBackAsync(db); // what is abandoned is not saved; another worker begins where the history ends
        }
    }

    public override void Dispose()
    {
        base.Dispose();
        _work.Dispose();
        _places.Dispose();
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                if (await TakeAsync(stoppingToken) == 0)
                {
                    await _work.WaitAsync(Poll, stoppingToken);
                }
            }
            catch (Exception e) when (e is not OperationCanceledException)
            {
                LogFailed(logger, e);
                await Task.Delay(Poll, clock, stoppingToken);
            }
        }
    }

    /// <summary>Who may be taken, the oldest first.</summary>
    public static IQueryable<Run> Queue(Db db) => db.Runs.Where(r => r.Status == RunState.Queued && !r.AwaitsTurn).OrderBy(r => r.Id);

    /// <returns>How many runs were taken.</returns>
    private async Task<int> TakeAsync(CancellationToken ct)
    {
        if (_places.CurrentCount == 0)
        {
            return 0;
        }

        await using var scope = Enter(out var db);
        var busy = _active.Keys.CountBy(l => l.TenantId).ToDictionary();
        var full = busy.Where(t => t.Value >= MostOfOneTenant).Select(t => t.Key).ToList();
        var due = await Queue(db).Where(r => !full.Contains(r.TenantId)).Take(_places.CurrentCount)
            .Select(r => new { r.TenantId, r.Id, r.Version })
            .ToListAsync(ct);
        var taken = 0;
        foreach (var run in due)
        {
            if (busy.GetValueOrDefault(run.TenantId) >= MostOfOneTenant)
            {
                continue; // the next look goes past the tenant's others
            }

            var lease = leases.Hold(run.TenantId, run.Id);
            var won = false;
            try
            {
                // Only one of those who saw it changes this version.
                won = await db.Runs.Where(r => r.TenantId == run.TenantId && r.Id == run.Id && r.Version == run.Version)
                    .ExecuteUpdateAsync(r => r.SetProperty(x => x.Status, RunState.Running).SetProperty(x => x.Owner, lease.Owner).SetProperty(x => x.Version, run.Version + 1), ct) > 0;
            }
            finally
            {
                if (!won)
                {
                    leases.LetGo(lease); // also when the answer was lost: a run that is ours and held by nobody is handed back
                }
            }

            if (won)
            {
                taken++;
                busy[run.TenantId] = busy.GetValueOrDefault(run.TenantId) + 1;
                await _places.WaitAsync(ct);
                leases.Stored(lease);
                _active[lease] = Task.CompletedTask;
                _active.TryUpdate(lease, Task.Run(() => WorkAsync(lease), CancellationToken.None), Task.CompletedTask); // it may be done already
            }
        }

        return taken;
    }

    private async Task WorkAsync(RunLease lease)
    {
        try
        {
            if (await step.ExecuteAsync(lease))
            {
                Wake(); // more has happened to the run meanwhile
            }
        }
        catch (OperationCanceledException) when (lease.Lost.IsCancellationRequested)
        {
        }
        catch (Exception e)
        {
            LogRunFailed(logger, lease.RunId.Value, e); // a fault of ours: it is put back into the queue after a while
        }
        finally
        {
            leases.LetGo(lease);
            _active.TryRemove(lease, out _);
            _places.Release();
            Wake(); // others may wait for the place
        }
    }

    private AsyncServiceScope Enter(out Db db)
    {
        var scope = scopes.CreateAsyncScope();
        scope.ServiceProvider.GetRequiredService<TenantScope>().EnterPlatform();
        db = scope.ServiceProvider.GetRequiredService<Db>();
        return scope;
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "Queued runs could not be looked for.")]
    private static partial void LogFailed(ILogger logger, Exception exception);

    [LoggerMessage(Level = LogLevel.Error, Message = "Run {Run} could not be executed; it is tried again after a while.")]
    private static partial void LogRunFailed(ILogger logger, string run, Exception exception);
}
