using Microsoft.EntityFrameworkCore;
using ScaiGrid.Server.Data;

namespace ScaiGrid.Server.Features.Runs;

/// <summary>
/// Runs that a killed process left on a database that is a file in the data folder. Only one process at a time holds the folder's lock, which the
/// system takes from it when it dies, however it dies: whoever gets the lock at its start knows that nobody works on those runs any more, and
/// need not wait for their leases to lapse.
/// </summary>
internal sealed class OrphanedRuns(ServerOptions options) : IDisposable
{
    private FileStream? _lock;

    /// <returns>How many there were.</returns>
    public async Task<int> ReleaseAsync(Db db, CancellationToken ct)
    {
        if (options.Database is not { Provider: "sqlite", ConnectionString: null } || !TryLock())
        {
            return 0; // others may be at work on this database
        }

        return await db.Runs.Where(r => r.Status == RunState.Running)
            .ExecuteUpdateAsync(r => r.SetProperty(x => x.Status, RunState.Queued).SetProperty(x => x.LeaseUntil, (DateTimeOffset?)null).SetProperty(x => x.Version, x => x.Version + 1), ct);
    }

    public void Dispose() => _lock?.Dispose();

    private bool TryLock()
    {
        try
        {
            _lock ??= new(Path.Combine(options.DataDir, "worker.lock"), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
            return true;
        }
        catch (IOException)
        {
            return false;
        }
    }
}
