using Microsoft.EntityFrameworkCore;
using ScaiGrid.Runtime;
using ScaiGrid.Server.Data;
using ScaiGrid.Server.Features.Runs;
using ScaiGrid.Server.Features.Tenancy;
using ScaiGrid.Server.Kernel;

namespace ScaiGrid.Server.Features.Instances;

/// <summary>Changes rows of instances, each under its lock, which is always taken before any other.</summary>
internal sealed class InstanceRows(IServiceScopeFactory scopes, InstanceSeal seal, RunLeases leases, Lazy<RunWorker> worker, IdSource ids, TimeProvider clock)
{
    public string NewRevision() => ids.New("mem");

    /// <summary>As it stands, without a lock; null when there is none.</summary>
    public async Task<Instance?> ReadAsync(InstanceId id, CancellationToken ct)
    {
        await using var scope = Enter(id.TenantId, out var db);
        return await db.Instances.AsNoTracking().SingleOrDefaultAsync(i => i.CoreId == id.CoreId && i.Key == id.Key, ct);
    }

    /// <summary>Changes the instance, and whatever else <paramref name="change"/> does with the database, in one transaction.</summary>
    /// <returns>As it is afterwards; null when there is none and none can be made, because the Core is gone.</returns>
    public async Task<Instance?> ChangeAsync(InstanceId id, Func<Db, Instance, Task> change, CancellationToken ct)
    {
        await using var scope = Enter(id.TenantId, out var db);
        return await db.RetryOnConflictAsync(async () =>
        {
            await using var transaction = await db.Database.BeginTransactionAsync(ct);
            if (await LockAsync(db, id, ct) is not { } instance)
            {
                return null;
            }

            await change(db, instance);
            var woken = await SettleAsync(db, instance, ct);
            await db.SaveChangesAsync(ct);
            await transaction.CommitAsync(ct);
            if (woken)
            {
                worker.Value.Wake();
            }

            return instance;
        });
    }

    public Task<Instance?> LeaveAsync(InstanceId id, Id<Run> run, CancellationToken ct) => ChangeAsync(id, (_, instance) =>
    {
        instance.Leave(run);
        return Task.CompletedTask;
    }, ct);

    /// <summary>
    /// Brings what became of a run that has its turn, as part of the transaction that saves the run: its memory, and that its turn is over when it
    /// is not executed any longer.
    /// </summary>
    /// <returns>True when a stored run is next. Null when it was not the run's turn any more, and others may have had theirs.</returns>
    public async Task<bool?> FollowAsync(Db db, Turn turn, Run run, RunResult? result, CancellationToken ct)
    {
        if (await db.LockInstance(turn.Instance).SingleOrDefaultAsync(ct) is not { } instance || !instance.IsTurnOf(turn.Run))
        {
            return null;
        }

        if (run.Status == RunState.Running)
        {
            instance.Enter(instance.Line[0] with { Stored = true });
            return false;
        }

        if (instance.Revision == turn.Revision && turn.Learnt(result) is { } learnt)
        {
            var (content, size) = seal.Seal(learnt);
            instance.Remember(content, size, NewRevision(), run.Id, clock.GetUtcNow());
        }

        instance.Leave(run.Id);
        return await SettleAsync(db, instance, ct);
    }

    /// <summary>True when nobody is going to end the turn of the first in line.</summary>
    public async Task<bool> FirstIsDeadAsync(Db db, Instance instance, CancellationToken ct)
    {
        return instance.First is { } first && (first.Stored
            ? !await db.Runs.AnyAsync(r => r.Id == first.Run && (r.Status == RunState.Queued || r.Status == RunState.Running), ct)
            : first.Owner != leases.Owner && !await db.Replicas.AnyAsync(r => r.Id == first.Owner, ct));
    }

    /// <summary>Takes those out of the line who died while it was their turn.</summary>
    public async Task PruneAsync(InstanceId id, CancellationToken ct)
    {
        await using var scope = Enter(id.TenantId, out var db);
        var instance = await db.Instances.AsNoTracking().SingleOrDefaultAsync(i => i.CoreId == id.CoreId && i.Key == id.Key, ct);
        if (instance?.First is { } first && (await FirstIsDeadAsync(db, instance, ct) || await db.Runs.AnyAsync(r => r.Id == first.Run && r.AwaitsTurn, ct)))
        {
            await ChangeAsync(id, (_, _) => Task.CompletedTask, ct);
        }
    }

    /// <summary>Sees to it that one of the stored runs that wait for a turn of the instance can be taken, unless another has its turn.</summary>
    public async Task RescueAsync(InstanceId id, CancellationToken ct)
    {
        await using var scope = Enter(id.TenantId, out var db);
        var instance = await db.Instances.AsNoTracking().SingleOrDefaultAsync(i => i.CoreId == id.CoreId && i.Key == id.Key, ct);
        var waiting = await Waiting(db, id).OrderBy(r => r.Id).Take(Instance.MostInLine).Select(r => r.Id).ToListAsync(ct);
        if (instance?.First is { } first && !waiting.Contains(first.Run) && waiting.TrueForAll(instance.Has) && !await FirstIsDeadAsync(db, instance, ct))
        {
            return;
        }

        var changed = await ChangeAsync(id, async (locked, line) =>
        {
            foreach (var run in await Waiting(locked, id).OrderBy(r => r.Id).Take(Instance.MostInLine).Select(r => r.Id).ToListAsync(ct))
            {
                line.TryEnter(new(run, null, Stored: true)); // one that is in line keeps its place
            }
        }, ct);
        if (changed is null) // the Core is gone: whoever takes such a run finds that out
        {
            await Waiting(db, id).ExecuteUpdateAsync(r => r.SetProperty(x => x.AwaitsTurn, false), ct);
            worker.Value.Wake();
        }
    }

    private static IQueryable<Run> Waiting(Db db, InstanceId id) =>
        db.Runs.Where(r => r.CoreId == id.CoreId && r.InstanceKey == id.Key && r.Status == RunState.Queued && r.AwaitsTurn);

    private async Task<Instance?> LockAsync(Db db, InstanceId id, CancellationToken ct)
    {
        if (await db.LockInstance(id).SingleOrDefaultAsync(ct) is { } found)
        {
            return found;
        }

        return await db.Cores.AnyAsync(c => c.Id == id.CoreId, ct)
            ? db.Instances.Add(new() { TenantId = id.TenantId, CoreId = id.CoreId, Key = id.Key, Revision = NewRevision() }).Entity
            : null;
    }

    /// <summary>After a change: the dead make way, a stored run whose turn it is now may be taken, and a row that says nothing goes.</summary>
    /// <returns>True when a worker has something to do.</returns>
    private async Task<bool> SettleAsync(Db db, Instance instance, CancellationToken ct)
    {
        while (instance.First is { } dead && await FirstIsDeadAsync(db, instance, ct) && !db.Runs.Local.Any(r => r.Id == dead.Run))
        {
            instance.Leave(dead.Run);
        }

        if (instance.IsNothing)
        {
            db.Instances.Remove(instance);
        }

        return instance.First is { Stored: true } first
            && await db.Runs.Where(r => r.Id == first.Run && r.AwaitsTurn).ExecuteUpdateAsync(r => r.SetProperty(x => x.AwaitsTurn, false), ct) > 0;
    }

    private AsyncServiceScope Enter(Id<Tenant> tenantId, out Db db)
    {
        var scope = scopes.CreateAsyncScope();
        scope.ServiceProvider.GetRequiredService<TenantScope>().Enter(tenantId);
        db = scope.ServiceProvider.GetRequiredService<Db>();
        return scope;
    }
}
