using ScaiGrid.Runtime;
using ScaiGrid.Server.Features.Checkpoints;
using ScaiGrid.Server.Features.Delegation;
using ScaiGrid.Server.Features.Runs.Effects;
using ScaiGrid.Server.Features.Runs.Replicas;
using ScaiGrid.Server.Kernel;

namespace ScaiGrid.Server.Features.Runs;

/// <summary>The world as one run touches it.</summary>
internal sealed class RunHost(RunRecord record, Heartbeat heartbeat, EffectContext context, RunModels models, RunEffects effects, ActingUsers acting, ReplyWords? words, IdSource ids, TimeProvider clock) : IRunHost
{
    public TimeProvider Clock => clock;

    public bool IsDurable => record.Lease is not null;

    public string NewCheckpointId() => ids.New(Checkpoint.IdPrefix);

    public Task SaveAsync(RunHistory history, IReadOnlyList<StepTrace> trace, CancellationToken ct) => record.SaveAsync(history, trace, ct);

    public async Task<ModelAnswer> CallModelAsync(ModelCall call, CancellationToken ct)
    {
        await EnsureItIsOursAsync(ct);
        return (await acting.OfAsync(context.Run, context.Caller, ct)).Succeeded(out var caller, out var refused)
            ? await models.CallAsync(context.Run, caller, context.Depth, call, words, ct)
            : ModelAnswer.Failed(refused.Type.Code.ToLowerInvariant(), refused.Message, retryable: false);
    }

    public async Task<EffectOutcome?> PerformAsync(Effect effect, CancellationToken ct)
    {
        await EnsureItIsOursAsync(ct);
        return (await acting.OfAsync(context.Run, context.Caller, ct)).Succeeded(out var caller, out var refused)
            ? await effects.PerformAsync(context with { Caller = caller }, effect, ct)
            : EffectOutcome.Failed(refused.Type.Code.ToLowerInvariant(), refused.Message);
    }

    /// <summary>The intent was saved a moment ago, by this process's reckoning; it may have been stopped since, and another do it now.</summary>
    private ValueTask EnsureItIsOursAsync(CancellationToken ct) => record.Lease is { } lease ? heartbeat.EnsureItHasAsync(lease, ct) : default;
}
