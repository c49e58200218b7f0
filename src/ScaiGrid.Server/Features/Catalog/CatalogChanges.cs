using Microsoft.EntityFrameworkCore;
using ScaiGrid.Server.Data;
using ScaiGrid.Server.Features.Tenancy;
using ScaiGrid.Server.Kernel;

namespace ScaiGrid.Server.Features.Catalog;

internal static class CatalogChanges
{
    /// <summary>
    /// Runs load, decide, save in one transaction that holds the lock of the tenant's catalog from before anything is read: whoever changes the same
    /// catalog waits, in whichever replica.
    /// </summary>
    public static Task<T> ChangeCatalogAsync<T>(this Db db, Id<Tenant> tenant, Func<LogHead, Task<T>> loadDecideSave, CancellationToken ct) => db.RetryOnConflictAsync(async () =>
    {
        db.ChangeTracker.Clear(); // what was read before the lock may be stale
        await using var transaction = await db.Database.BeginTransactionAsync(ct);
        var result = await loadDecideSave(await db.LockLogHead(tenant).SingleOrDefaultAsync(ct) ?? await FirstHeadAsync(db, tenant, ct));
        await transaction.CommitAsync(ct);
        return result;
    });

    /// <summary>Of the first two, whoever inserts second waits for the first and goes on with its head.</summary>
    private static async Task<LogHead> FirstHeadAsync(Db db, Id<Tenant> tenant, CancellationToken ct)
    {
        var empty = LogHead.EmptyOf(tenant);
        await db.Database.ExecuteSqlAsync(
            $"INSERT INTO catalog_log_heads (tenant_id, size, edge, root, key_id, signature) VALUES ({tenant.Value}, 0, {empty.Edge}, {empty.Root}, '', {empty.Signature}) ON CONFLICT DO NOTHING", ct);
        return await db.LockLogHead(tenant).SingleAsync(ct);
    }
}
