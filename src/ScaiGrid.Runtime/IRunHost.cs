namespace ScaiGrid.Runtime;

/// <summary>The world, as far as a run can touch it. Everything here happens outside the machine, and its outcome becomes an event.</summary>
public interface IRunHost
{
    TimeProvider Clock { get; }

    /// <summary>A new id, unique in the installation.</summary>
    string NewCheckpointId();

    /// <summary>
    /// Failures that a flow may meet are answers; an exception is a bug in the host, and ends the run's execution without
    /// ending the run. Called concurrently for parallel branches.
    /// </summary>
    Task<ModelAnswer> CallModelAsync(ModelCall call, CancellationToken ct);
}
