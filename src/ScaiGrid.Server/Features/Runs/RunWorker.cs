using System.Collections.Concurrent;
using Microsoft.EntityFrameworkCore;
using ScaiGrid.Server.Data;
using ScaiGrid.Server.Features.Tenancy;
using ScaiGrid.Server.Kernel;

namespace ScaiGrid.Server.Features.Runs;

/// <summary>
/// Executes queued runs, of any replica's making. A run is taken under a lease that is renewed while it is worked on; one whose lease lapsed,
/// because its worker died, is taken over.
/// </summary>
internal sealed partial class RunWorker(IServiceScopeFactory scopes, RunStep step, TimeProvider clock, ILogger<RunWorker> logger) : BackgroundService
{
    private const int MostAtOnce = 16;

    private static readonly TimeSpan Lease = TimeSpan.FromSeconds(30), Poll = TimeSpan.FromSeconds(1), Patience = TimeSpan.FromSeconds(25);

    private readonly SemaphoreSlim _work = new(0), _places = new(MostAtOnce);
    private readonly ConcurrentDictionary<RunKey, Task> _active = new();
    private readonly CancellationTokenSource _abandon = new();

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
            await _abandon.CancelAsync(); // what is abandoned is not saved; another worker begins where the history ends
            await HandBackAsync();
        }
    }

    public override void Dispose()
    {
        base.Dispose();
        _abandon.Dispose();
        _work.Dispose();
        _places.Dispose();
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var renewed = clock.GetTimestamp();
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                if (clock.GetElapsedTime(renewed) > Lease / 3)
                {
                    await RenewAsync(stoppingToken);
                    renewed = clock.GetTimestamp();
                }

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

    /// <returns>How many runs were taken.</returns>
    private async Task<int> TakeAsync(CancellationToken ct)
    {
        if (_places.CurrentCount == 0)
        {
            return 0;
        }

        await using var scope = Enter(out var db);
        var now = clock.GetUtcNow();
        var due = await db.Runs.Where(r => r.Status == RunState.Queued || (r.Status == RunState.Running && r.LeaseUntil < now))
            .OrderBy(r => r.Id).Take(_places.CurrentCount)
            .Select(r => new { r.TenantId, r.Id, r.Version })
            .ToListAsync(ct);
        var taken = 0;
        foreach (var run in due)
        {
            // Only one of those who saw it changes this version.
            var won = await db.Runs.Where(r => r.TenantId == run.TenantId && r.Id == run.Id && r.Version == run.Version)
                .ExecuteUpdateAsync(r => r.SetProperty(x => x.Status, RunState.Running).SetProperty(x => x.LeaseUntil, now + Lease).SetProperty(x => x.Version, run.Version + 1), ct);
            if (won == 1)
            {
                taken++;
                await _places.WaitAsync(ct);
                var key = new RunKey(run.TenantId, run.Id);
                _active[key] = Task.Run(() => WorkAsync(key), CancellationToken.None);
            }
        }

        return taken;
    }

    private async Task WorkAsync(RunKey key)
    {
        try
        {
            if (await step.ExecuteAsync(key.TenantId, key.Id, _abandon.Token))
            {
                Wake(); // more has happened to the run meanwhile
            }
        }
        catch (Exception e)
        {
            LogRunFailed(logger, key.Id.Value, e); // a fault of ours: its lease lapses, and it is tried again
        }
        finally
        {
            _active.TryRemove(key, out _);
            _places.Release();
        }
    }

    private async Task RenewAsync(CancellationToken ct)
    {
        await using var scope = Enter(out var db);
        var until = clock.GetUtcNow() + Lease;
        foreach (var key in _active.Keys)
        {
            await db.Runs.Where(r => r.TenantId == key.TenantId && r.Id == key.Id && r.Status == RunState.Running)
                .ExecuteUpdateAsync(r => r.SetProperty(x => x.LeaseUntil, until), ct);
        }
    }

    private async Task HandBackAsync()
    {
        await using var scope = Enter(out var db);
        foreach (var key in _active.Keys)
        {
            await db.Runs.Where(r => r.TenantId == key.TenantId && r.Id == key.Id && r.Status == RunState.Running)
                .ExecuteUpdateAsync(r => r.SetProperty(x => x.Status, RunState.Queued).SetProperty(x => x.Version, x => x.Version + 1));
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

    [LoggerMessage(Level = LogLevel.Error, Message = "Run {Run} could not be executed; it is tried again when its lease has lapsed.")]
    private static partial void LogRunFailed(ILogger logger, string run, Exception exception);

    private readonly record struct RunKey(Id<Tenant> TenantId, Id<Run> Id);
}
