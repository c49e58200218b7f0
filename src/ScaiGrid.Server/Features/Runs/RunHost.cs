using ScaiGrid.Runtime;
using ScaiGrid.Server.Access;
using ScaiGrid.Server.Features.Checkpoints;
using ScaiGrid.Server.Kernel;

namespace ScaiGrid.Server.Features.Runs;

/// <summary>The world as one run touches it.</summary>
internal sealed class RunHost(Run run, Principal caller, int depth, RunModels models, IdSource ids, TimeProvider clock) : IRunHost
{
    public TimeProvider Clock => clock;

    public string NewCheckpointId() => ids.New(Checkpoint.IdPrefix);

    public bool IsDurable => false;

    public Task SaveAsync(RunHistory history, CancellationToken ct) => Task.CompletedTask;

    public Task<EffectOutcome?> PerformAsync(Effect effect, CancellationToken ct) =>
        throw new InvalidOperationException($"A program with {effect.GetType().Name} was loaded.");

    public Task<ModelAnswer> CallModelAsync(ModelCall call, CancellationToken ct) => models.CallAsync(run, caller, depth, call, ct);
}
