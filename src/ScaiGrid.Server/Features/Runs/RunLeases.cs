using System.Collections.Concurrent;
using Microsoft.EntityFrameworkCore;
using ScaiGrid.Server.Data;
using ScaiGrid.Server.Features.Runs.Replicas;
using ScaiGrid.Server.Features.Tenancy;
using ScaiGrid.Server.Kernel;

namespace ScaiGrid.Server.Features.Runs;

/// <summary>The runs that this process works on, whoever started them. A hold is noted here before the run's row tells of it.</summary>
internal sealed class RunLeases(TimeProvider clock)
{
    private readonly ConcurrentDictionary<Id<Run>, RunLease> _held = new();

    /// <summary>The name of this process, under which it takes runs.</summary>
    public Id<Replica> Owner { get; set; }

    public RunLease Hold(Id<Tenant> tenantId, Id<Run> runId)
    {
        var lease = new RunLease(tenantId, runId, Owner);
        if (_held.TryGetValue(runId, out var earlier))
        {
            _ = earlier.LoseAsync(); // the run was taken from this process, which is about to have it again
        }

        return _held[runId] = lease;
    }

    /// <summary>The run's row tells of it now.</summary>
    public void Stored(RunLease lease) => lease.Since = clock.GetTimestamp();

    /// <summary>Its work is over here.</summary>
    public void LetGo(RunLease lease) => _held.TryRemove(new(lease.RunId, lease));

    /// <summary>Ends the work on the run at once, where it is worked on here. Its row says why by now.</summary>
    public Task LoseAsync(Id<Run> run) => _held.TryGetValue(run, out var lease) ? lease.LoseAsync() : Task.CompletedTask;

    public Task LoseAllAsync() => Task.WhenAll(_held.Values.Select(l => l.LoseAsync()));

    /// <summary>Ends the work on runs that were cancelled, or taken over, by another process.</summary>
    /// <param name="olderThan">Most runs are over sooner, and need not be asked for.</param>
    public async Task CheckAsync(Db db, TimeSpan olderThan, CancellationToken ct)
    {
        var held = _held.Values.Where(l => !l.Lost.IsCancellationRequested && l.Since is { } since && clock.GetElapsedTime(since) > olderThan).ToList();
        if (held.Count == 0)
        {
            return;
        }

        var mine = await MineAsync(db, ct);
        foreach (var lease in held.Where(l => l.Owner != Owner || !mine.ContainsKey(l.RunId)))
        {
            await lease.LoseAsync();
        }
    }

    /// <summary>Gives up all that is still worked on, so that another process need not wait.</summary>
    public async Task HandBackAsync(Db db)
    {
        await LoseAllAsync();
        await db.Runs.Where(r => r.Status == RunState.Running && r.Owner == Owner)
            .ExecuteUpdateAsync(r => r.SetProperty(x => x.Status, RunState.Queued).SetProperty(x => x.Owner, (Id<Replica>?)null).SetProperty(x => x.Version, x => x.Version + 1));
    }

    /// <summary>Puts back into the queue what nobody here works on, although it is this process's: the work on it ended by a fault.</summary>
    /// <returns>How many runs.</returns>
    public async Task<int> HandBackAbandonedAsync(Db db, CancellationToken ct)
    {
        var count = 0;
        foreach (var (id, (tenantId, version)) in await MineAsync(db, ct))
        {
            if (!_held.ContainsKey(id))
            {
                count += await db.Runs.Where(r => r.TenantId == tenantId && r.Id == id && r.Version == version)
                    .ExecuteUpdateAsync(r => r.SetProperty(x => x.Status, RunState.Queued).SetProperty(x => x.Owner, (Id<Replica>?)null).SetProperty(x => x.Version, version + 1), ct);
            }
        }

        return count;
    }

    private Task<Dictionary<Id<Run>, (Id<Tenant>, int Version)>> MineAsync(Db db, CancellationToken ct) => db.Runs.AsNoTracking()
        .Where(r => r.Status == RunState.Running && r.Owner == Owner)
        .Select(r => new { r.Id, r.TenantId, r.Version })
        .ToDictionaryAsync(r => r.Id, r => (r.TenantId, r.Version), ct);
}
