using Microsoft.EntityFrameworkCore;
using ScaiGrid.Flows;
using ScaiGrid.Flows.Packages;
using ScaiGrid.Server.Data;
using ScaiGrid.Server.Features.Tenancy;
using ScaiGrid.Server.Kernel;
using ScaiGrid.Server.Storage;

namespace ScaiGrid.Server.Features.Catalog;

/// <summary>
/// Removes archives that no row came to name, because their publish died half way, and receipts that have expired. An object is removed only when
/// this process has known it to be nobody's for <see cref="Grace"/>, and then under the lock of the catalog: a publish that is under way either has
/// its row by then or sees that the object is gone.
/// </summary>
internal sealed partial class CatalogSweeper(IServiceScopeFactory scopes, IObjectStore objects, TimeProvider clock, ILogger<CatalogSweeper> logger) : BackgroundService
{
    public static readonly TimeSpan Grace = TimeSpan.FromHours(1);

    private static readonly TimeSpan Interval = TimeSpan.FromMinutes(30);

    private const string Prefix = "catalog/", ArchiveEnd = ".scaipkg", SignatureEnd = ".scaipkg.sig";

    private const int AtOnce = 500;

    private Dictionary<ObjectKey, long> _suspects = [];

    /// <summary>One round.</summary>
    /// <returns>How many objects were removed.</returns>
    public async Task<int> SweepAsync(CancellationToken ct)
    {
        await using var scope = scopes.CreateAsyncScope();
        scope.ServiceProvider.GetRequiredService<TenantScope>().EnterPlatform();
        var db = scope.ServiceProvider.GetRequiredService<Db>();
        var (suspects, removed) = (new Dictionary<ObjectKey, long>(), 0);
        foreach (var (key, at) in await OrphansAsync(db, ct))
        {
            var since = _suspects.GetValueOrDefault(key, clock.GetTimestamp());
            if (clock.GetElapsedTime(since) < Grace)
            {
                suspects.Add(key, since);
            }
            else if (await RemoveAsync(db, key, at, ct))
            {
                removed++;
            }
        }

        _suspects = suspects;
        var expired = clock.GetUtcNow() - PublishReceipt.Lifetime;
        await db.PublishReceipts.Where(r => r.CreatedAt < expired).ExecuteDeleteAsync(ct);
        return removed;
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Interval, clock);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            try
            {
                if (await SweepAsync(stoppingToken) is > 0 and var removed)
                {
                    LogRemoved(logger, removed);
                }
            }
            catch (Exception e) when (e is not OperationCanceledException)
            {
                LogFailed(logger, e);
            }
        }
    }

    /// <summary>The objects that no row names at this moment. Rows are asked for by the hundred, not one by one.</summary>
    private async Task<List<(ObjectKey Key, Named At)>> OrphansAsync(Db db, CancellationToken ct)
    {
        var (orphans, some) = (new List<(ObjectKey, Named)>(), new List<(ObjectKey Key, Named At)>(AtOnce));
        await foreach (var key in objects.ListAsync(Prefix, ct))
        {
            if (Read(key) is { } at)
            {
                some.Add((key, at));
            }

            if (some.Count == AtOnce)
            {
                orphans.AddRange(await UnnamedAsync(db, some, ct));
                some.Clear();
            }
        }

        return [.. orphans, .. await UnnamedAsync(db, some, ct)];
    }

    private static async Task<IEnumerable<(ObjectKey, Named)>> UnnamedAsync(Db db, List<(ObjectKey Key, Named At)> some, CancellationToken ct)
    {
        var (tenants, packages) = (some.Select(s => s.At.Tenant).Distinct().ToList(), some.Select(s => s.At.Package).Distinct().ToList());
        var named = await db.PackageVersions.Where(v => tenants.Contains(v.TenantId) && packages.Contains(v.PackageId))
            .Select(v => new Named(v.TenantId, v.PackageId, v.Version)).ToListAsync(ct);
        var known = named.ToHashSet();
        return [.. some.Where(s => !known.Contains(s.At))];
    }

    private Task<bool> RemoveAsync(Db db, ObjectKey key, Named at, CancellationToken ct) => db.ChangeCatalogAsync(at.Tenant, async _ =>
    {
        if (await IsNamedAsync(db, at, ct))
        {
            return false;
        }

        await objects.DeleteAsync(key, ct);
        return true;
    }, ct);

    private static Task<bool> IsNamedAsync(Db db, Named at, CancellationToken ct) =>
        db.PackageVersions.AnyAsync(v => v.TenantId == at.Tenant && v.PackageId == at.Package && v.Version == at.Version, ct);

    /// <returns>Null for what is none of the catalog's objects, and so none of ours.</returns>
    private static Named? Read(ObjectKey key)
    {
        var archive = key.Value.EndsWith(SignatureEnd, StringComparison.Ordinal) ? key.Value[..^4] : key.Value;
        return archive.EndsWith(ArchiveEnd, StringComparison.Ordinal)
            && archive[..^ArchiveEnd.Length].Split('/') is [_, var tenant, var package, ['v', .. var version]]
            && Id<Tenant>.TryParse(tenant, null, out var tenantId) && PackageId.TryParse(package, null, out var packageId) && SemVer.TryParse(version, null, out var semVer)
                ? new(tenantId, packageId, semVer)
                : null;
    }

    private sealed record Named(Id<Tenant> Tenant, PackageId Package, SemVer Version);

    [LoggerMessage(Level = LogLevel.Information, Message = "{Objects} objects of publishes that never were completed are removed.")]
    private static partial void LogRemoved(ILogger logger, int objects);

    [LoggerMessage(Level = LogLevel.Error, Message = "The catalog could not be swept.")]
    private static partial void LogFailed(ILogger logger, Exception exception);
}
