using ScaiGrid.Flows.Language;
using ScaiGrid.Runtime;
using ScaiGrid.Server.Access;
using ScaiGrid.Server.Data;
using ScaiGrid.Server.Features.Checkpoints;
using ScaiGrid.Server.Features.Delegation;
using ScaiGrid.Server.Features.Instances;
using ScaiGrid.Server.Features.Runs.Effects;
using ScaiGrid.Server.Features.Runs.Replicas;
using ScaiGrid.Server.Kernel;

namespace ScaiGrid.Server.Features.Runs;

/// <summary>
/// Executes runs and keeps what becomes of them. A run for a waiting caller that only asks models and never waits itself touches no database
/// before it is answered: its record is written behind. One that touches the world is stored before it does, and one that suspends before
/// anybody hears of it.
/// </summary>
internal sealed class Executor(RunStore store, RunModels models, RunEffects effects, ActingUsers acting, Heartbeat heartbeat, WriteBehind writeBehind, IdSource ids, TimeProvider clock)
{
    /// <summary>Waits until it is the turn of a run of an instance that nobody has stored; not longer than the Core lets a run take.</summary>
    /// <param name="patience">Cancelled when the caller waits no longer.</param>
    public async Task<Result<Turn>> EnterAsync(LoadedCore core, Run run, CancellationToken patience)
    {
        using var longest = CancellationTokenSource.CreateLinkedTokenSource(patience);
        longest.CancelAfter(core.MaxDuration);
        return await store.Turns.EnterAsync(run, longest.Token);
    }

    /// <summary>Begins a run that nobody has stored, and executes it until it ends or waits.</summary>
    /// <param name="turn">Which ends here; null for a run of no instance.</param>
    /// <param name="left">
    /// Cancelled when the caller, for whom alone it runs, has gone. A run that has touched the world by then goes on: it is not for the caller alone
    /// any more.
    /// </param>
    /// <param name="words">Takes the words of the answer to the caller; null when only the whole answer is wanted.</param>
    public async Task<Executed> RunAsync(LoadedCore core, Run run, Turn? turn, RunOrder order, CancellationToken left, ReplyWords? words = null)
    {
        var record = RunRecord.New(store, run, turn, core);
        using var limit = new CancellationTokenSource(core.MaxDuration);
        await using var gone = left.UnsafeRegister(_ => CancelUnless(record.Lease is not null, limit), null);
        try
        {
            var host = HostFor(record, order.Caller, core, mayRepeat: false, words);
            var result = await Engine.RunAsync(core.Program, StartOf(run, core.Program, core.Config, turn), host, record.Until(limit));
            result = await core.CheckpointMode.ApplyAsync(core.Program, result, host, record.Until(limit));
            if (record.Lease is null && turn is null && result.Status != RunStatus.Suspended)
            {
                run.Take(result, core.Secrets, clock.GetUtcNow());
                writeBehind.Append(run);
                return new(run, result.Checkpoints);
            }

            var counts = await record.EndAsync(result, CancellationToken.None);
            return new(record.Run, counts ? result.Checkpoints : []);
        }
        finally
        {
            record.LetGo();
            if (turn is not null)
            {
                await store.Turns.GiveUpAsync(turn);
            }
        }
    }

    /// <param name="turn">Null for a run of no instance.</param>
    public static RunStart StartOf(Run run, Program program, Value config, Turn? turn) =>
        new(run.Id.Value, run.FlowName, run.Input, config, run.InstanceKey, turn?.Recall(program) ?? Value.EmptyObject) { MemoryRevision = turn?.Revision };

    /// <param name="core">Null when it is gone, or cannot be loaded any more.</param>
    /// <param name="mayRepeat">The run was executed before.</param>
    public IRunHost HostFor(RunRecord record, Principal caller, LoadedCore? core, bool mayRepeat, ReplyWords? words = null) =>
        new RunHost(record, heartbeat, new(record.Run, caller, record.Run.Depth, core, mayRepeat), models, effects, acting, words, ids, clock);

    private static void CancelUnless(bool goesOn, CancellationTokenSource limit)
    {
        if (!goesOn)
        {
            limit.Cancel();
        }
    }

    /// <param name="Run">As it stands now. That it is running tells that another process has it.</param>
    /// <param name="Checkpoints">What it waits for.</param>
    public sealed record Executed(Run Run, IReadOnlyList<OpenCheckpoint> Checkpoints);
}
