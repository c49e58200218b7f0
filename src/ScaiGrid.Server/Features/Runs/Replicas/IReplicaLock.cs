using ScaiGrid.Server.Kernel;

namespace ScaiGrid.Server.Features.Runs.Replicas;

/// <summary>A lock that a process holds as long as it lives, and that the system takes from it when it dies, however it dies.</summary>
internal interface IReplicaLock : IAsyncDisposable
{
    /// <summary>True when no living process ever loses its lock. Otherwise a broken connection frees it too, and a process that is cut off keeps it.</summary>
    bool IsProof { get; }

    /// <summary>Takes this process's lock under that name, unless it is held already.</summary>
    Task HoldAsync(Id<Replica> replica, CancellationToken ct);

    Task<bool> IsFreeAsync(Id<Replica> replica, CancellationToken ct);
}
