using ScaiGrid.Server.Features.Runs.Replicas;
using ScaiGrid.Server.Features.Tenancy;
using ScaiGrid.Server.Kernel;

namespace ScaiGrid.Server.Features.Runs;

/// <summary>A process's hold on a run, which lasts as long as the run's row names the process, however long it was stopped in between.</summary>
/// <param name="owner">The process, under the name that it had when it took the run: one that was taken for dead has another one afterwards.</param>
internal sealed class RunLease(Id<Tenant> tenantId, Id<Run> runId, Id<Replica> owner) : IDisposable
{
    private readonly CancellationTokenSource _lost = new();

    public Id<Tenant> TenantId => tenantId;

    public Id<Run> RunId => runId;

    public Id<Replica> Owner => owner;

    /// <summary>When the run's row first told of it, as a timestamp of the clock; null until then.</summary>
    public long? Since { get; set; }

    /// <summary>Cancelled when the run is not to be worked on any longer: another process has it, it was cancelled, or this server stops.</summary>
    public CancellationToken Lost => _lost.Token;

    public bool Holds(Run run) => run.Status == RunState.Running && run.Owner == owner;

    public Task LoseAsync() => _lost.CancelAsync();

    public void Dispose() => _lost.Dispose();
}
