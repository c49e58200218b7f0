using Microsoft.EntityFrameworkCore;
using ScaiGrid.Flows;
using ScaiGrid.Flows.Packages;
using ScaiGrid.Server.Data;
using ScaiGrid.Server.Features.Tenancy;
using ScaiGrid.Server.Kernel;
using ScaiGrid.Server.Storage;

namespace ScaiGrid.Server.Features.Catalog;

/// <summary>Archives and their signatures, each pair named by the row of its version.</summary>
internal sealed class PackageObjects(IObjectStore objects) : IRowedObjects
{
    private const string ArchiveEnd = ".scaipkg", SignatureEnd = ".scaipkg.sig";

    public string Prefix => "catalog/";

    public async Task<IEnumerable<ObjectKey>> UnnamedAsync(Db db, IReadOnlyList<ObjectKey> keys, CancellationToken ct)
    {
        var some = keys.Select(key => (Key: key, At: Read(key))).Where(k => k.At is not null).ToList();
        var (tenants, packages) = (some.Select(s => s.At!.Tenant).Distinct().ToList(), some.Select(s => s.At!.Package).Distinct().ToList());
        var named = await db.PackageVersions.Where(v => tenants.Contains(v.TenantId) && packages.Contains(v.PackageId))
            .Select(v => new Named(v.TenantId, v.PackageId, v.Version)).ToListAsync(ct);
        var known = named.ToHashSet();
        return some.Where(s => !known.Contains(s.At!)).Select(s => s.Key);
    }

    public async Task<bool> RemoveAsync(Db db, ObjectKey key, CancellationToken ct) => Read(key) is { } at && await db.ChangeCatalogAsync(at.Tenant, async _ =>
    {
        if (await db.PackageVersions.AnyAsync(v => v.TenantId == at.Tenant && v.PackageId == at.Package && v.Version == at.Version, ct))
        {
            return false;
        }

        await objects.DeleteAsync(key, ct);
        return true;
    }, ct);

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
}
