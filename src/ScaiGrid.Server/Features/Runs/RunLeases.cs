using System.Collections.Concurrent;
using Microsoft.EntityFrameworkCore;
using ScaiGrid.Server.Data;
using ScaiGrid.Server.Features.Tenancy;
using ScaiGrid.Server.Kernel;

namespace ScaiGrid.Server.Features.Runs;

/// <summary>The runs that this process works on, whoever started them: its holds on their rows, renewed together.</summary>
internal sealed class RunLeases(TimeProvider clock)
{
    public static readonly TimeSpan Length = TimeSpan.FromSeconds(30);

    private readonly ConcurrentDictionary<RunLease, bool> _held = new();

    /// <summary>Until when a lease taken now holds.</summary>
    public DateTimeOffset End() => RunLease.End(clock.GetUtcNow(), Length);

    public RunLease Hold(Id<Tenant> tenantId, Id<Run> runId, DateTimeOffset until)
    {
        var lease = new RunLease(tenantId, runId, until);
        _held[lease] = true;
        return lease;
    }

    /// <summary>It is over, or somebody else's from when it lapses.</summary>
    public void LetGo(RunLease lease) => _held.TryRemove(lease, out _);

    public async Task RenewAsync(Db db, CancellationToken ct)
    {
        var until = End();
        foreach (var lease in _held.Keys)
        {
            var before = lease.Extend(until);
            var kept = await db.Runs.Where(r => r.TenantId == lease.TenantId && r.Id == lease.RunId && r.Status == RunState.Running && r.LeaseUntil == before)
                .ExecuteUpdateAsync(r => r.SetProperty(x => x.LeaseUntil, until), ct);
            if (kept == 0)
            {
                await lease.LoseAsync();
            }
        }
    }

    /// <summary>Gives up what is still worked on, so that another process need not wait.</summary>
    public async Task HandBackAsync(Db db)
    {
        foreach (var lease in _held.Keys)
        {
            await lease.LoseAsync();
            var until = lease.Until;
            await db.Runs.Where(r => r.TenantId == lease.TenantId && r.Id == lease.RunId && r.Status == RunState.Running && r.LeaseUntil == until)
                .ExecuteUpdateAsync(r => r.SetProperty(x => x.Status, RunState.Queued).SetProperty(x => x.Version, x => x.Version + 1));
        }
    }
}
