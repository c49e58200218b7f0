using Microsoft.EntityFrameworkCore;
using ScaiGrid.Server.Data;
using ScaiGrid.Server.Features.Tenancy;
using ScaiGrid.Server.Kernel;
using ScaiGrid.Server.Storage;

namespace ScaiGrid.Server.Features.Flows;

/// <summary>The contents of flows, each named by the row of its version.</summary>
internal sealed class FlowObjects(IObjectStore objects) : IRowedObjects
{
    private const string End = ".flow.json";

    public string Prefix => "flows/";

    public async Task<IEnumerable<ObjectKey>> UnnamedAsync(Db db, IReadOnlyList<ObjectKey> keys, CancellationToken ct)
    {
        var some = keys.Select(key => (Key: key, At: Read(key))).Where(k => k.At is not null).ToList();
        var (tenants, flows) = (some.Select(s => s.At!.Value.Tenant).Distinct().ToList(), some.Select(s => s.At!.Value.Flow).Distinct().ToList());
        var named = await db.FlowVersions.Where(v => tenants.Contains(v.TenantId) && flows.Contains(v.FlowId)).Select(v => v.ContentKey).ToListAsync(ct);
        var known = named.ToHashSet();
        return some.Select(s => s.Key).Where(key => !known.Contains(key.Value));
    }

    public async Task<bool> RemoveAsync(Db db, ObjectKey key, CancellationToken ct)
    {
        var (tenant, flow) = Read(key)!.Value;
        await using var transaction = await db.Database.BeginTransactionAsync(ct);
        await db.LockAuditHead(tenant.Value).AsNoTracking().SingleOrDefaultAsync(ct); // every save of a flow writes its line there before its rows
        if (await db.FlowVersions.AnyAsync(v => v.TenantId == tenant && v.FlowId == flow && v.ContentKey == key.Value, ct))
        {
            return false;
        }

        await objects.DeleteAsync(key, ct);
        return true;
    }

    /// <returns>Null for what is no flow's content, and so none of ours.</returns>
    private static (Id<Tenant> Tenant, Id<Flow> Flow)? Read(ObjectKey key) =>
        key.Value.EndsWith(End, StringComparison.Ordinal) && key.Value.Split('/') is [_, var tenant, var flow, ['v', ..]]
        && Id<Tenant>.TryParse(tenant, null, out var tenantId) && Id<Flow>.TryParse(flow, null, out var flowId)
            ? (tenantId, flowId)
            : null;
}
