using ScaiGrid.Server.Features.Tenancy;
using ScaiGrid.Server.Kernel;

namespace ScaiGrid.Server.Features.Runs;

/// <summary>
/// A worker's hold on a run: the time up to which the run's row says that somebody has it. Two workers never write the same time, so it also
/// tells whether the run is still this worker's, however long the worker was stopped in between.
/// </summary>
internal sealed class RunLease(Id<Tenant> tenantId, Id<Run> runId, DateTimeOffset until) : IDisposable
{
    private readonly CancellationTokenSource _lost = new();
    private DateTimeOffset _before = until;

    public Id<Tenant> TenantId => tenantId;

    public Id<Run> RunId => runId;

    public DateTimeOffset Until { get; private set; } = until;

    /// <summary>Cancelled when the run is not to be worked on any longer: another worker has it, it was cancelled, or this server stops.</summary>
    public CancellationToken Lost => _lost.Token;

    /// <summary>A time as databases keep it, in whole microseconds, so that it is found again.</summary>
    public static DateTimeOffset End(DateTimeOffset now, TimeSpan length) => now.AddTicks(-(now.Ticks % TimeSpan.TicksPerMicrosecond)) + length;

    /// <summary>Told before the row is, so that there is no moment at which the row's time is strange to its owner.</summary>
    /// <returns>The time that stands in the row until then.</returns>
    public DateTimeOffset Extend(DateTimeOffset later) => ((_before, Until) = (Until, later)).Item1;

    public bool Holds(Run run) => run.Status == RunState.Running && (run.LeaseUntil == Until || run.LeaseUntil == _before);

    public Task LoseAsync() => _lost.CancelAsync();

    public void Dispose() => _lost.Dispose();
}
