using Microsoft.EntityFrameworkCore;
using ScaiGrid.Flows.Language;
using ScaiGrid.Runtime;
using ScaiGrid.Server.Data;
using ScaiGrid.Server.Features.Checkpoints;
using ScaiGrid.Server.Features.Cores;
using ScaiGrid.Server.Features.Instances;

namespace ScaiGrid.Server.Features.Runs;

/// <summary>
/// A run's row while the run is executed here. The row's version tells whether it is still this process's: whoever takes the run over, or
/// cancels it, counts the version up.
/// </summary>
internal sealed class RunRecord
{
    private const int AlwaysWritten = 100;

    private static readonly TimeSpan WriteAfter = TimeSpan.FromSeconds(1);

    private readonly RunStore _store;
    private readonly Value _source;

    /// <summary>It has never waited for anything, so that no row but its own speaks of it.</summary>
    private readonly bool _isNew;

    /// <summary>Null for runs of no instance.</summary>
    private readonly Turn? _turn;

    private int _taken;

    /// <summary>How many of the run's events its row tells of.</summary>
    private int _told;

    private long? _progressedAt;
    private bool _lost;
    private CancellationTokenSource? _limit;
    private CancellationTokenRegistration _lostTie;

    private RunRecord(RunStore store, Run run, RunLease? lease, Turn? turn, bool isNew, Value source) =>
        (_store, Run, Lease, _turn, _isNew, _source, _taken, _told) = (store, run, lease, turn, isNew, source, run.Pending.Items.Count, run.Events);

    public Run Run { get; private set; }

    /// <summary>What must not stand in what is written about the run.</summary>
    public SecretMask Mask { get; private init; } = SecretMask.None;

    /// <summary>Which of its questions people are shown.</summary>
    public CheckpointMode Mode { get; private init; }

    /// <summary>Null while the run is not stored.</summary>
    public RunLease? Lease { get; private set; }

    /// <summary>A run that nobody has stored.</summary>
    public static RunRecord New(RunStore store, Run run, Turn? turn, LoadedCore core) =>
        new(store, run, null, turn, true, core.Program.Manifest.Source) { Mask = core.Secrets, Mode = core.CheckpointMode };

    /// <summary>Takes the run out of this process's hands when its work is over, however it ended.</summary>
    public void LetGo()
    {
        _lostTie.Dispose(); // before the caller disposes the limit that it would cancel
        if (Lease is { } lease)
        {
            _store.Leases.LetGo(lease);
        }
    }

    /// <summary>A run that a worker took.</summary>
    /// <param name="core">Null when it is gone, or cannot be loaded any more.</param>
    public static RunRecord Taken(RunStore store, Run run, RunLease lease, Turn? turn, LoadedCore? core) =>
        new(store, run, lease, turn, isNew: run.History is null && run.HistoryKey is null, default) { Mask = core?.Secrets ?? SecretMask.None, Mode = core?.CheckpointMode ?? CheckpointMode.Auto };

    /// <summary>Cancelled when the time is up, or the run is not to be worked on here any longer.</summary>
    public CancellationToken Until(CancellationTokenSource limit)
    {
        _limit = limit;
        return limit.Token;
    }

    /// <summary>Saves what happened so far: a process that executes the run again begins there. The run is this process's from now on.</summary>
    /// <exception cref="OperationCanceledException">It is not this process's any more.</exception>
    public async Task SaveAsync(RunHistory history, IReadOnlyList<StepTrace> trace, CancellationToken ct)
    {
        if (Lease is { } lease)
        {
            if (!await UpdateAsync(lease, run => KeepAsync(run, history, trace, ct), null, alone: true, ct))
            {
                await lease.LoseAsync();
                throw new OperationCanceledException(lease.Lost);
            }

            return;
        }

        var first = _store.Leases.Hold(Run.TenantId, Run.Id);
        try
        {
            (Run.Status, Run.Owner) = (RunState.Running, first.Owner);
            await KeepAsync(Run, history, trace, ct);
            if (_turn is null)
            {
                await InsertAloneAsync(ct);
            }
            else if (!await InsertAsync(null, ct))
            {
                await _limit!.CancelAsync();
                throw new OperationCanceledException(_limit.Token);
            }
        }
        catch
        {
            _store.Leases.LetGo(first); // where it was stored nevertheless, nobody works on it
            throw;
        }

        _store.Leases.Stored(Lease = first);
        _lostTie = Lease.Lost.UnsafeRegister(static limit => ((CancellationTokenSource?)limit)?.Cancel(), _limit);
    }

    /// <summary>Saves what the engine made of the run.</summary>
    /// <returns>False when that does not count, because the run is not this process's any more; <see cref="Run"/> is then what it is now.</returns>
    public async Task<bool> EndAsync(RunResult result, CancellationToken ct)
    {
        try
        {
            return await SaveEndAsync(result, ct);
        }
        catch
        {
            _store.Waits.LookAtEverything(); // it may be saved nevertheless
            throw;
        }
        finally
        {
            Tell(result);
        }
    }

    /// <summary>Fails the run for a reason outside its program.</summary>
    public async Task FailAsync(string code, string message, CancellationToken ct)
    {
        await UpdateAsync(Lease!, run =>
        {
            run.Fail(code, message, _store.Clock.GetUtcNow());
            return Task.CompletedTask;
        }, null, alone: _isNew, ct);
        _store.Waits.Ended(Run);
    }

    /// <summary>Who called it may wait for it, and what it waits for may be there by now. Nobody waits for most runs.</summary>
    private void Tell(RunResult result)
    {
        if (result.Waiting.Count > 0)
        {
            _store.Waits.Suspended(Run, result.Waiting);
        }
        else if (Run.IsFinished && (Run.CalledBy is not null || result.Trace.Any(step => step.Kind == "queue_consume")))
        {
            _store.Waits.Ended(Run);
        }
    }

    private async Task<bool> SaveEndAsync(RunResult result, CancellationToken ct)
    {
        if (Lease is { } lease)
        {
            return await UpdateAsync(lease, run => TakeAsync(run, result, ct), result, alone: _isNew && result.Checkpoints.Count == 0 && result.Waiting.Count == 0, ct);
        }

        await TakeAsync(Run, result, ct);
        if (await InsertAsync(result, ct))
        {
            return true;
        }

        Run.Fail("turn_lost", "The run lost its turn, because this process was taken for dead; the instance remembers nothing of it.", _store.Clock.GetUtcNow());
        (Run.History, Run.HistoryKey) = (null, null);
        await InsertAsync(null, ct);
        return false;
    }

    private Task KeepAsync(Run run, RunHistory history, IReadOnlyList<StepTrace> trace, CancellationToken ct)
    {
        // A long trace is written anew only now and then: a loop of many effects would write it as often.
        if (trace.Count <= AlwaysWritten || _progressedAt is not { } last || _store.Clock.GetElapsedTime(last) >= WriteAfter)
        {
            run.Progress(trace, Mask);
            _progressedAt = _store.Clock.GetTimestamp();
        }

        return _store.Histories.KeepAsync(run, history, ct);
    }

    private async Task TakeAsync(Run run, RunResult result, CancellationToken ct)
    {
        run.Take(result, Mask, _store.Clock.GetUtcNow());
        if (result.Status == RunStatus.Suspended)
        {
            await _store.Histories.KeepAsync(run, result.History, ct);
        }
        else
        {
            (run.History, run.HistoryKey) = (null, null);
        }
    }

    private async Task InsertAloneAsync(CancellationToken ct)
    {
        await _store.AddProgramAsync(Run.TenantId, Run.ProgramDigest, _source, ct);
        if (!await _store.Writer.InsertAsync(Run))
        {
            throw new InvalidOperationException($"A run stands for the same call as {Run.Id} already."); // whoever began it was taken for dead
        }

        _told = Run.Events;
    }

    /// <returns>False, and nothing is stored, when the run is an instance's and has lost its turn.</returns>
    private async Task<bool> InsertAsync(RunResult? result, CancellationToken ct)
    {
        await using var scope = _store.Enter(Run.TenantId, out var db);
        var inserted = await db.RetryOnConflictAsync(async () =>
        {
            await _store.AddProgramAsync(db, Run.TenantId, Run.ProgramDigest, _source, ct);
            db.Runs.Add(Run);
            db.Checkpoints.AddRange((result?.Checkpoints ?? []).Select(c => Checkpoint.Open(Run, c, isHidden: Mode.Hides(c))));
            db.Waits.AddRange((result?.Waiting ?? []).Select(e => RunWait.Of(Run, e)));
            return await CommitAsync(db, result, ct);
        });
        if (inserted)
        {
            _told = Run.Events;
            _store.Wrote(Run.TenantId, Run.ProgramDigest);
        }

        return inserted;
    }

    /// <summary>Saves the changes, and in the same transaction what the run's instance remembers of it.</summary>
    /// <returns>False, and nothing is saved, when a run that was not stored had lost its turn.</returns>
    private async Task<bool> CommitAsync(Db db, RunResult? result, CancellationToken ct)
    {
        if (_turn is not { IsOver: false } turn || (turn.IsStored && Run.Status == RunState.Running))
        {
            await db.SaveChangesAsync(ct);
            return true;
        }

        await using var transaction = await db.Database.BeginTransactionAsync(ct);
        var followed = await _store.Instances.FollowAsync(db, turn, Run, result, ct);
        if (followed is null && !turn.IsStored)
        {
            turn.IsOver = true;
            return false;
        }

        await db.SaveChangesAsync(ct);
        await transaction.CommitAsync(ct);
        _store.Turns.Saved(turn, Run, nextIsStored: followed ?? false);
        return true;
    }

    /// <param name="alone">The run's row is all that is to be saved.</param>
    private async Task<bool> UpdateAsync(RunLease lease, Func<Run, Task> change, RunResult? result, bool alone, CancellationToken ct)
    {
        if (_lost)
        {
            return false;
        }

        var first = !lease.Lost.IsCancellationRequested;
        if (first && alone && _turn is null)
        {
            await ChangeAsync(change);
            if (await _store.Writer.UpdateAsync(Run, _told))
            {
                (_taken, _told) = (0, Run.Events);
                return true;
            }

            first = false;
        }

        await using var scope = _store.Enter(Run.TenantId, out var db);
        if (first)
        {
            db.Attach(Run);
        }

        return await db.RetryOnConflictAsync(async () =>
        {
            if (!first)
            {
                Run = await db.Runs.SingleAsync(r => r.Id == lease.RunId, ct); // something happened to it meanwhile
                if (lease.Lost.IsCancellationRequested || !lease.Holds(Run))
                {
                    _lost = true;
                    return false;
                }
            }

            first = false;
            await ChangeAsync(change);
            await FollowAsync(db, result, ct);
            await CommitAsync(db, result, ct);
            (_taken, _told) = (0, Run.Events);
            return true;
        });
    }

    private async Task ChangeAsync(Func<Run, Task> change)
    {
        var pending = Run.Pending;
        await change(Run);
        Run.Await(pending, _taken);
    }

    /// <summary>Makes the rows say what the run waits for.</summary>
    private async Task FollowAsync(Db db, RunResult? result, CancellationToken ct)
    {
        if (Run.Status == RunState.Running)
        {
            return;
        }

        var (open, waiting) = (result?.Checkpoints ?? [], Run.Status == RunState.Suspended ? result?.Waiting ?? [] : []); // a queued run asks again
        if (_isNew)
        {
            db.Checkpoints.AddRange(open.Select(c => Checkpoint.Open(Run, c, isHidden: Mode.Hides(c))));
            db.Waits.AddRange(waiting.Select(e => RunWait.Of(Run, e)));
        }
        else
        {
            await CheckpointRows.FollowAsync(db, Run, open, Mode, ct);
            await RunWait.FollowAsync(db, Run, waiting, ct);
        }
    }
}
