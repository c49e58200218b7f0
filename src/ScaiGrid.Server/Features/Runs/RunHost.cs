using ScaiGrid.Runtime;
using ScaiGrid.Server.Features.Checkpoints;
using ScaiGrid.Server.Features.Runs.Effects;
using ScaiGrid.Server.Kernel;

namespace ScaiGrid.Server.Features.Runs;

/// <summary>The world as one run touches it.</summary>
internal sealed class RunHost(RunRecord record, EffectContext context, RunModels models, RunEffects effects, IdSource ids, TimeProvider clock) : IRunHost
{
    public TimeProvider Clock => clock;

    public bool IsDurable => record.Lease is not null;

    public string NewCheckpointId() => ids.New(Checkpoint.IdPrefix);

    public Task SaveAsync(RunHistory history, CancellationToken ct) => record.SaveAsync(history, ct);

    public Task<ModelAnswer> CallModelAsync(ModelCall call, CancellationToken ct) => models.CallAsync(context.Run, context.Caller, context.Depth, call, ct);

    public Task<EffectOutcome?> PerformAsync(Effect effect, CancellationToken ct) => effects.PerformAsync(context, effect, ct);
}
