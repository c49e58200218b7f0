using Microsoft.EntityFrameworkCore;
using ScaiGrid.Flows;
using ScaiGrid.Flows.Manifests;
using ScaiGrid.Flows.Packages;
using ScaiGrid.Server.Access;
using ScaiGrid.Server.Data;
using ScaiGrid.Server.Features.Tenancy;
using ScaiGrid.Server.Kernel;
using ScaiGrid.Server.Storage;

namespace ScaiGrid.Server.Features.Catalog;

/// <summary>Reads what is stored of packages: never more than the caller may see, never bytes that are not those that were published.</summary>
internal sealed partial class StoredPackages(IObjectStore objects, ILogger<StoredPackages> logger)
{
    /// <summary>The package when the caller sees it.</summary>
    public static async Task<Result<CatalogPackage>> FindAsync(Db db, Principal caller, Id<Tenant> tenant, PackageId id, CancellationToken ct) =>
        await db.Packages.SingleOrDefaultAsync(p => p.TenantId == tenant && p.PackageId == id, ct) is { } package && package.IsVisibleTo(caller)
            ? package
            : CatalogErrors.Missing(id);

    /// <summary>The package when the caller may change it.</summary>
    public static async Task<Result<CatalogPackage>> FindToChangeAsync(Db db, Principal caller, Id<Tenant> tenant, PackageId id, CancellationToken ct)
    {
        var found = await FindAsync(db, caller, tenant, id, ct);
        return found.Succeeded(out var package, out _) && !package.MayBeChangedBy(caller) ? CatalogErrors.Foreign(id) : found;
    }

    /// <summary>A version, yanked or not, of a package that the caller sees.</summary>
    /// <param name="asked">Null takes the version that the package is known by.</param>
    public static async Task<Result<FoundVersion>> FindVersionAsync(Db db, Principal caller, Id<Tenant> tenant, PackageId id, SemVer? asked, CancellationToken ct)
    {
        var found = await db.Packages.AsNoTracking().Where(p => p.TenantId == tenant && p.PackageId == id)
            .LeftJoin(
                db.PackageVersions, p => new { p.TenantId, p.PackageId, Version = asked ?? p.Version }, v => new { v.TenantId, v.PackageId, v.Version },
                (package, version) => new { Package = package, Version = version })
            .SingleOrDefaultAsync(ct);
        return found is null || !found.Package.IsVisibleTo(caller) ? CatalogErrors.Missing(id)
            : found.Version is null ? CatalogErrors.Missing(id, asked ?? found.Package.Version)
            : new FoundVersion(found.Package, found.Version);
    }

    /// <summary>The archive, byte for byte as it was published.</summary>
    public async Task<Result<ReadOnlyMemory<byte>>> ReadAsync(PackageVersion version, CancellationToken ct)
    {
        var archive = await objects.GetAsync(version.ArchiveKey, ct);
        if (archive is not null && Sha256.Of(archive) == version.Digest)
        {
            return (ReadOnlyMemory<byte>)archive;
        }

        CatalogMetrics.Corrupt.Add(1);
        LogCorrupt(logger, version.ArchiveKey, version.Digest, archive is null ? "nothing" : Sha256.Of(archive));
        return CatalogErrors.Corrupt.With($"The stored package of '{version.PackageId}' {version.Version} is damaged; an operator must restore it from a backup.");
    }

    public async Task<Result<Package>> OpenAsync(PackageVersion version, CancellationToken ct) =>
        (await ReadAsync(version, ct)).Succeeded(out var archive, out var error) ? Package.Open(archive) : error;

    [LoggerMessage(EventId = 1, EventName = "PackageCorrupt", Level = LogLevel.Critical, Message = "The object {Key} should have the digest {Published} and has {Found}. It is not served.")]
    private static partial void LogCorrupt(ILogger logger, ObjectKey key, string published, string found);
}

internal sealed record FoundVersion(CatalogPackage Package, PackageVersion Version);

/// <summary>What monitoring should hear of.</summary>
internal static class CatalogMetrics
{
    private static readonly System.Diagnostics.Metrics.Meter Meter = new("ScaiGrid.Catalog");

    /// <summary>Stored packages that were asked for and are not what was published. Anything above zero is an alarm.</summary>
    public static readonly System.Diagnostics.Metrics.Counter<long> Corrupt = Meter.CreateCounter<long>("scaigrid.catalog.corrupt_packages");
}
