namespace ScaiGrid.Runtime;

/// <summary>The world, as far as a run can touch it. Everything here happens outside the machine, and its outcome becomes an event.</summary>
public interface IRunHost
{
    TimeProvider Clock { get; }

    /// <summary>A new id, unique in the installation.</summary>
    string NewCheckpointId();

    /// <summary>
    /// True when the run will be executed again should this process die, so that what has finished must not be lost. A run
    /// becomes so with its first <see cref="SaveAsync"/>, unless it was from the start.
    /// </summary>
    bool IsDurable { get; }

    /// <summary>
    /// Called before anything outside is touched, and in a durable run before a model is asked, whenever something has happened
    /// since the last time. When it returns, a run that is executed again begins where this history ends.
    /// </summary>
    /// <param name="trace">What the run has done so far, for whoever watches.</param>
    Task SaveAsync(RunHistory history, IReadOnlyList<StepTrace> trace, CancellationToken ct);

    /// <summary>
    /// Failures that a flow may meet are answers; an exception is a bug in the host, and ends the run's execution without
    /// ending the run. Called concurrently for parallel branches.
    /// </summary>
    Task<ModelAnswer> CallModelAsync(ModelCall call, CancellationToken ct);

    /// <summary>
    /// As <see cref="CallModelAsync"/>, for every other kind of effect. It may have been performed before, by a process that
    /// died before it could record the outcome: the idempotency key tells.
    /// </summary>
    /// <returns>
    /// Null when the outcome takes longer than a run should be held in memory for: it comes as an <see cref="EffectPerformed"/>
    /// when it is there, and until then the run is suspended.
    /// </returns>
    Task<EffectOutcome?> PerformAsync(Effect effect, CancellationToken ct);
}
