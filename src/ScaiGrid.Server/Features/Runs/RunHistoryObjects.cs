using Microsoft.EntityFrameworkCore;
using ScaiGrid.Server.Data;
using ScaiGrid.Server.Features.Tenancy;
using ScaiGrid.Server.Kernel;
using ScaiGrid.Server.Storage;

namespace ScaiGrid.Server.Features.Runs;

/// <summary>Histories that are too large for a run's row, each named by it until the run has gone on or is over.</summary>
internal sealed class RunHistoryObjects(IObjectStore objects) : IRowedObjects
{
    public string Prefix => "runs/";

    public async Task<IEnumerable<ObjectKey>> UnnamedAsync(Db db, IReadOnlyList<ObjectKey> keys, CancellationToken ct)
    {
        var some = keys.Select(key => (Key: key, At: Read(key))).Where(k => k.At is not null).ToList();
        var (tenants, runs) = (some.Select(s => s.At!.Value.Tenant).Distinct().ToList(), some.Select(s => s.At!.Value.Run).Distinct().ToList());
        var named = await db.Runs.Where(r => tenants.Contains(r.TenantId) && runs.Contains(r.Id) && r.HistoryKey != null).Select(r => r.HistoryKey!).ToListAsync(ct);
        var known = named.ToHashSet();
        return some.Select(s => s.Key).Where(key => !known.Contains(key.Value));
    }

    /// <summary>Needs no lock: a history is saved under a lease, which whoever was away for the sweeper's grace has lost, and no two have the same key.</summary>
    public async Task<bool> RemoveAsync(Db db, ObjectKey key, CancellationToken ct)
    {
        if ((await UnnamedAsync(db, [key], ct)).Any())
        {
            await objects.DeleteAsync(key, ct);
            return true;
        }

        return false;
    }

    /// <returns>Null for what is no run's history, and so none of ours.</returns>
    private static (Id<Tenant> Tenant, Id<Run> Run)? Read(ObjectKey key) =>
        key.Value.Split('/') is [_, var tenant, var run, _] && Id<Tenant>.TryParse(tenant, null, out var tenantId) && Id<Run>.TryParse(run, null, out var runId)
            ? (tenantId, runId)
            : null;
}
