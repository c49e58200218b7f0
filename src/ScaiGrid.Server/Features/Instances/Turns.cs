using Microsoft.EntityFrameworkCore;
using ScaiGrid.Server.Features.Cores;
using ScaiGrid.Server.Features.Runs;
using ScaiGrid.Server.Features.Runs.Replicas;
using ScaiGrid.Server.Kernel;

namespace ScaiGrid.Server.Features.Instances;

/// <summary>
/// Gives runs their turns. The line stands in the instance's row, so that it is one line for all processes. Callers who wait in this process are
/// put into it together, in the order they came; one task for each instance does that, and looks whose turn it is: at once when a turn ends here,
/// and from time to time for those that end elsewhere.
/// </summary>
internal sealed partial class Turns(InstanceRows rows, InstanceSeal seal, RunLeases leases, Lazy<RunWorker> worker, TimeProvider clock, ILogger<Turns> logger)
{
    private readonly Lock _lock = new();
    private readonly Dictionary<InstanceId, LocalLine> _lines = [];

    /// <summary>Waits until it is the turn of a run that nobody has stored.</summary>
    /// <param name="patience">Cancelled when the caller waits no longer.</param>
    public async Task<Result<Turn>> EnterAsync(Run run, CancellationToken patience)
    {
        var waiter = new Waiter(run.Id);
        var id = InstanceId.Of(run);
        Join(id, waiter);
        await using var leaving = patience.UnsafeRegister(_ =>
        {
            waiter.TrySetResult(InstanceErrors.NoTurn(id.Key));
            Look(id);
        }, null);
        return await waiter.Task;
    }

    /// <summary>The turn of a stored run that a worker has taken; when it is not its turn, the run is queued until it is.</summary>
    /// <returns>Null when the run is not to be executed now; an error when it never can be.</returns>
    public async Task<Result<Turn>?> TakeAsync(Run run, RunLease lease, CancellationToken ct)
    {
        var id = InstanceId.Of(run);
        var instance = await rows.ChangeAsync(id, async (db, instance) =>
        {
            instance.Enter(new(run.Id, lease.Owner, Stored: true));
            if (!instance.IsTurnOf(run.Id))
            {
                instance.Enter(new(run.Id, null, Stored: true));
                await db.Runs.Where(r => r.Id == run.Id && r.Status == RunState.Running && r.Owner == lease.Owner)
                    .ExecuteUpdateAsync(r => r.SetProperty(x => x.Status, RunState.Queued).SetProperty(x => x.Owner, (Id<Replica>?)null)
                        .SetProperty(x => x.AwaitsTurn, true).SetProperty(x => x.Version, x => x.Version + 1), ct);
            }
        }, ct);
        if (instance is null)
        {
            return CoreErrors.Missing(run.CoreId);
        }

        return instance.IsTurnOf(run.Id) ? TurnOf(instance, run.Id, isStored: true) : default(Result<Turn>?);
    }

    /// <summary>Puts a run that is to be stored, as part of the transaction that does so, at the end of the line.</summary>
    public static Error? Queue(Instance instance, Run run)
    {
        if (!instance.TryEnter(new(run.Id, null, Stored: true)))
        {
            return InstanceErrors.LineIsFull(instance.Key);
        }

        run.AwaitsTurn = !instance.IsTurnOf(run.Id);
        return null;
    }

    /// <summary>A save has ended the turn, or stored the run whose turn it is.</summary>
    public void Saved(Turn turn, Run run, bool nextIsStored)
    {
        (turn.IsStored, turn.IsOver) = (true, run.Status != RunState.Running);
        Look(turn.Instance);
        if (nextIsStored)
        {
            worker.Value.Wake();
        }
    }

    public Task LeaveAsync(Run run, CancellationToken ct) => rows.LeaveAsync(InstanceId.Of(run), run.Id, ct);

    /// <summary>
    /// Gives up a turn that was not ended by a save. That of a stored run is the run's, whoever goes on with it; only when it was cancelled is the
    /// turn over.
    /// </summary>
    public async Task GiveUpAsync(Turn turn)
    {
        if (turn.IsOver)
        {
            return;
        }

        if (!turn.IsStored)
        {
            Join(turn.Instance, Waiter.ToLeave(turn.Run));
            return;
        }

        try
        {
            await rows.PruneAsync(turn.Instance, CancellationToken.None);
        }
        catch (Exception e)
        {
            LogLeft(logger, turn.Run.Value, e); // whoever waits looks for it himself
        }

        Look(turn.Instance);
    }

    /// <summary>Somebody's turn has ended here: who is next is told at once.</summary>
    public void Look(InstanceId id)
    {
        lock (_lock)
        {
            if (_lines.TryGetValue(id, out var line))
            {
                line.Wake();
            }
        }
    }

    private void Join(InstanceId id, Waiter waiter)
    {
        lock (_lock)
        {
            if (_lines.TryGetValue(id, out var line))
            {
                line.Waiters.Add(waiter);
                line.Wake();
                return;
            }

            _lines.Add(id, line = new());
            line.Waiters.Add(waiter);
            _ = Task.Run(() => ServeAsync(id, line), CancellationToken.None);
        }
    }

    /// <summary>Serves those who wait here until there are none.</summary>
    private async Task ServeAsync(InstanceId id, LocalLine line)
    {
        while (true)
        {
            Waiter[] waiters;
            lock (_lock)
            {
                line.Waiters.RemoveAll(w => w.IsGone);
                if (line.Waiters.Count == 0)
                {
                    _lines.Remove(id);
                    line.Dispose();
                    return;
                }

                waiters = [.. line.Waiters];
            }

            try
            {
                line.Served(await ServeAsync(id, line, waiters));
            }
            catch (Exception e)
            {
                line.Served(false);
                foreach (var waiter in waiters)
                {
                    waiter.Fail(e); // those who are in line already stay here until they could be taken out of it
                }
            }

            await line.RestAsync();
        }
    }

    /// <returns>True when somebody got his turn.</returns>
    private async Task<bool> ServeAsync(InstanceId id, LocalLine line, Waiter[] waiters)
    {
        var instance = Array.Exists(waiters, w => w.WantsChange)
            ? await rows.ChangeAsync(id, (_, instance) =>
            {
                Array.ForEach(waiters, w => w.Move(instance, leases.Owner));
                return Task.CompletedTask;
            }, CancellationToken.None)
            : await rows.ReadAsync(id, CancellationToken.None);
        Array.ForEach(waiters, w => w.Moved(instance, id.Key));
        if (instance?.First is not { } first || Array.Find(waiters, w => w.Run == first.Run) is not { } next)
        {
            if (line.IsDue(clock))
            {
                await rows.PruneAsync(id, CancellationToken.None);
            }

            return false;
        }

        return next.TryGive(TurnOf(instance, first.Run, isStored: false));
    }

    private Result<Turn> TurnOf(Instance instance, Id<Run> run, bool isStored) => seal.Open(instance.Memory) is { } memory
        ? new Turn(new(instance.TenantId, instance.CoreId, instance.Key), run, memory, instance.Revision) { IsStored = isStored }
        : InstanceErrors.Sealed(instance.Key);

    [LoggerMessage(Level = LogLevel.Warning, Message = "The turn of run {Run} could not be ended.")]
    private static partial void LogLeft(ILogger logger, string run, Exception exception);
}
