using Microsoft.EntityFrameworkCore;
using ScaiGrid.Server.Data;
using ScaiGrid.Server.Features.Runs.Effects;
using ScaiGrid.Server.Kernel;

namespace ScaiGrid.Server.Features.Runs.Replicas;

/// <summary>
/// Gives this process's signs of life, looks for those of others, and puts the runs of the dead back into the queue. It also finds out which runs
/// of this process are not its own any more, and which nobody works on though they are.
/// </summary>
internal sealed partial class TakeOver(
    IServiceScopeFactory scopes, Heartbeat heartbeat, IReplicaLock locks, RunLeases leases, Lazy<RunWorker> worker, Lazy<WaitClock> waits, TimeProvider clock, ILogger<TakeOver> logger) : BackgroundService
{
    public static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(250);

    /// <summary>A free lock alone may be a connection that broke: the beat has to have stopped as well.</summary>
    private static readonly TimeSpan Quiet = TimeSpan.FromMilliseconds(400);

    /// <summary>A run whose execution ended by a fault of ours is left alone for a while, lest it keep everybody busy.</summary>
    private static readonly TimeSpan Rest = TimeSpan.FromSeconds(10);

    private readonly Pulses _pulses = new(clock, longestGap: TimeSpan.FromSeconds(3));
    private long _rested = clock.GetTimestamp();

    public override async Task StartAsync(CancellationToken cancellationToken)
    {
        await LookAsync(cancellationToken);
        await base.StartAsync(cancellationToken);
    }

    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        await base.StopAsync(cancellationToken);
        try
        {
            await heartbeat.EndAsync(cancellationToken);
        }
        catch (Exception e)
        {
            LogFailed(logger, e); // without signs of life it is found dead
        }
    }

    /// <returns>How many runs were put back into the queue.</returns>
    public async Task<int> LookAsync(CancellationToken ct)
    {
        await heartbeat.BeatAsync(ct);
        await using var scope = scopes.CreateAsyncScope();
        scope.ServiceProvider.GetRequiredService<TenantScope>().EnterPlatform();
        var db = scope.ServiceProvider.GetRequiredService<Db>();
        await BuryAsync(db, ct);
        await leases.CheckAsync(db, olderThan: Interval, ct);
        var queued = await QueueAsync(db, OfTheDead(db), ct);
        if (clock.GetElapsedTime(_rested) > Rest)
        {
            _rested = clock.GetTimestamp();
            queued += await leases.HandBackAbandonedAsync(db, ct);
        }

        if (queued > 0)
        {
            worker.Value.Wake();
        }

        return queued;
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Interval, clock);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            try
            {
                await LookAsync(stoppingToken);
            }
            catch (Exception e) when (e is not OperationCanceledException || !stoppingToken.IsCancellationRequested)
            {
                LogFailed(logger, e);
                _pulses.Forget(); // who was cut off has seen nothing of the others
            }
        }
    }

    internal static IQueryable<Run> OfTheDead(Db db) => db.Runs.Where(r => r.Status == RunState.Running && r.Owner != null && !db.Replicas.Any(p => p.Id == r.Owner));

    // Nothing is written where nothing is to be changed: in SQLite even that would wait for every other writer.
    private static async Task<int> QueueAsync(Db db, IQueryable<Run> runs, CancellationToken ct) => await runs.AnyAsync(ct)
        ? await runs.ExecuteUpdateAsync(r => r.SetProperty(x => x.Status, RunState.Queued).SetProperty(x => x.Owner, (Id<Replica>?)null).SetProperty(x => x.Version, x => x.Version + 1), ct)
        : 0;

    /// <summary>Takes the dead off the list of those who may have runs.</summary>
    private async Task BuryAsync(Db db, CancellationToken ct)
    {
        var beats = await db.Replicas.AsNoTracking().Where(r => r.Id != leases.Owner).ToDictionaryAsync(r => r.Id, r => r.Beat, ct);
        foreach (var (id, quiet) in _pulses.Look(beats))
        {
            var dead = (locks.IsProof || quiet >= Quiet) && await locks.IsFreeAsync(id, ct);
            if (dead || (!locks.IsProof && quiet >= Heartbeat.Lapse))
            {
                var beat = beats[id];
                await db.Replicas.Where(r => r.Id == id && r.Beat == beat).ExecuteDeleteAsync(ct);
                waits.Value.LookAtEverything(); // it may not have come to tell what happened in it
                LogDead(logger, id.Value);
            }
        }
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "This process could not give its sign of life, or not look for those of others.")]
    private static partial void LogFailed(ILogger logger, Exception exception);

    [LoggerMessage(Level = LogLevel.Warning, Message = "The process {Replica} is dead or stopped; its runs are taken over.")]
    private static partial void LogDead(ILogger logger, string replica);
}
