using Microsoft.EntityFrameworkCore;
using ScaiGrid.Flows.Language;
using ScaiGrid.Runtime;
using ScaiGrid.Server.Access;
using ScaiGrid.Server.Data;
using ScaiGrid.Server.Features.Cores;
using ScaiGrid.Server.Features.Delegation;
using ScaiGrid.Server.Features.Inference;
using ScaiGrid.Server.Features.Instances;
using ScaiGrid.Server.Kernel;

namespace ScaiGrid.Server.Features.Runs.Effects;

/// <summary>
/// Performs <c>core_call</c>: a run of another Core of the same tenant. It carries the key of the call, so that the call of a run that is
/// executed again finds it. A called run that waits lets its caller wait without holding it in memory.
/// </summary>
internal sealed class CoreCalls(RunStore store, CorePrograms programs, WriteBehind writeBehind, Lazy<Executor> executor, Lazy<RunWorker> worker, IdSource ids, TimeProvider clock)
{
    /// <summary>
    /// How long a caller waits for the turn of an instance before he waits without being held in memory, and without keeping others from his own
    /// instance: two that wait for each other are out of it then.
    /// </summary>
    private static readonly TimeSpan TurnPatience = TimeSpan.FromSeconds(5);

    public async Task<EffectOutcome?> CallAsync(EffectContext context, CoreCall call, CancellationToken ct)
    {
        if (context.Depth + 1 >= ChatCaller.MaxDepth)
        {
            return EffectOutcome.Failed("depth_exceeded", $"More than {ChatCaller.MaxDepth} Cores call each other.");
        }

        if (context.Run.ActingAs is not null && !context.Caller.May(Permissions.ModelsUse) && !context.Caller.May(Permissions.CoreManage))
        {
            return FailureOf(DelegationErrors.Beyond(Permissions.CoreManage));
        }

        if (context.MayRepeat && await FindAsync(context, call, ct) is { } earlier)
        {
            return call.IsAsync ? Started(earlier) : OutcomeOf(earlier);
        }

        var target = await TargetAsync(context, call, ct);
        if (!target.Succeeded(out var core, out var error) || !OrderOf(context, call).Decide(core, ids.New<Run>(), clock.GetUtcNow()).Succeeded(out var run, out error))
        {
            return FailureOf(error);
        }

        return call.IsAsync
            ? await QueueAsync(core, run, ct) is { } refused ? FailureOf(refused) : Started(run)
            : await RunAsync(context, call, core, run, ct);
    }

    /// <summary>What became of a called run; null while it is not over.</summary>
    public static EffectOutcome? OutcomeOf(Run run) => run.Status switch
    {
        RunState.Completed => new(run.Output),
        RunState.Failed => EffectOutcome.Failed(run.ErrorCode ?? "run_failed", $"{run.Id} failed: {run.ErrorMessage}"),
        RunState.Cancelled => EffectOutcome.Failed("run_cancelled", $"{run.Id} was cancelled."),
        _ => null,
    };

    private async Task<Run?> FindAsync(EffectContext context, CoreCall call, CancellationToken ct)
    {
        await writeBehind.FlushAsync(ct);
        var key = RunWait.KeyOf(call);
        await using var scope = store.Enter(context.Run.TenantId, out var db);
        return await db.Runs.AsNoTracking().SingleOrDefaultAsync(r => r.CallKey == key, ct);
    }

    private async Task<Result<LoadedCore>> TargetAsync(EffectContext context, CoreCall call, CancellationToken ct)
    {
        if (context.Caller.TenantSlug?.Value != call.Target.Tenant || !Slug.TryParse(call.Target.Core, null, out var slug))
        {
            return CoreErrors.NotFound.With($"There is no Core at {call.Target}.");
        }

        await using var scope = store.Enter(context.Run.TenantId, out var db);
        if (await db.Cores.AsNoTracking().Where(c => c.Slug == slug).Select(c => new { c.Id, c.Version }).SingleOrDefaultAsync(ct) is not { } found)
        {
            return CoreErrors.NotFound.With($"There is no Core at {call.Target}.");
        }

        if (call.Version is { } version && version != found.Version.ToString(System.Globalization.CultureInfo.InvariantCulture))
        {
            return CoreErrors.NotFound.With($"{call.Target} is deployed in version {found.Version}, not {version}.");
        }

        return await programs.OfAsync(context.Run.TenantId, found.Id, found.Version, ct);
    }

    private static RunOrder OrderOf(EffectContext context, CoreCall call) =>
        new(RunTrigger.Core, call.Input, context.Caller, context.Run.RequestId ?? context.Run.Id.Value, call.FlowName, context.Depth + 1)
        {
            InstanceKey = call.InstanceKey,
            CalledBy = context.Run.Id,
            CallKey = RunWait.KeyOf(call),
        };

    private static EffectOutcome FailureOf(Error error) => EffectOutcome.Failed(
        error.Type.Code.ToLowerInvariant(), error.Details is [{ } fault, ..] ? $"{fault.Field} {fault.Message}" : error.Message, retryable: error.Type == InstanceErrors.Busy);

    private async Task<Error?> QueueAsync(LoadedCore core, Run run, CancellationToken ct)
    {
        var refused = await store.QueueAsync(core, run, ct);
        worker.Value.Wake();
        return refused;
    }

    /// <summary>It would wait for its own turn to end.</summary>
    private static bool CallsItself(Run caller, Run called) => caller.CoreId == called.CoreId && caller.InstanceKey == called.InstanceKey;

    private async Task<EffectOutcome?> RunAsync(EffectContext context, CoreCall call, LoadedCore core, Run run, CancellationToken ct)
    {
        Turn? turn = null;
        if (run.InstanceKey is not null)
        {
            using var patience = CancellationTokenSource.CreateLinkedTokenSource(ct);
            patience.CancelAfter(CallsItself(context.Run, run) ? TimeSpan.Zero : TurnPatience);
            if (!(await executor.Value.EnterAsync(core, run, patience.Token)).Succeeded(out turn, out var error))
            {
                return error.Type != InstanceErrors.Busy ? FailureOf(error)
                    : await QueueAsync(core, run, ct) is { } refused ? FailureOf(refused)
                    : null;
            }
        }

        using var left = CancellationTokenSource.CreateLinkedTokenSource(ct);
        var running = executor.Value.RunAsync(core, run, turn, OrderOf(context, call), left.Token);
        if (call.Until is not { } until)
        {
            return OutcomeOf((await running).Run);
        }

        try
        {
            var patience = until - clock.GetUtcNow();
            return OutcomeOf((await running.WaitAsync(patience > TimeSpan.Zero ? patience : TimeSpan.Zero, clock, ct)).Run);
        }
        catch (TimeoutException)
        {
            await left.CancelAsync(); // a run that has touched the world goes on; any other ends here
            return TimedOut(run);
        }
    }

    public static EffectOutcome TimedOut(Run? run) => EffectOutcome.Failed(EffectFailure.Timeout, $"{(run is null ? "The run" : run.Id)} was not over in time.", retryable: true);

    private static EffectOutcome Started(Run run) => new(Value.Object([new("run_id", run.Id.Value), new("core_id", run.CoreId.Value)]));
}
