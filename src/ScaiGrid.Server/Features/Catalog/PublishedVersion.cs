using Microsoft.EntityFrameworkCore;
using ScaiGrid.Flows;
using ScaiGrid.Flows.Packages;
using ScaiGrid.Server.Access;
using ScaiGrid.Server.Data;
using ScaiGrid.Server.Features.Audit;
using ScaiGrid.Server.Features.Tenancy;
using ScaiGrid.Server.Features.Webhooks;
using ScaiGrid.Server.Kernel;
using ScaiGrid.Server.Storage;

namespace ScaiGrid.Server.Features.Catalog;

/// <summary>The rows of a version whose objects are stored.</summary>
internal static class PublishedVersion
{
    /// <returns>Null when the version or its object is gone meanwhile, and the publish must choose again.</returns>
    public static Task<Result<PackageSummary>?> SaveAsync(
        Db db, Principal caller, Id<Tenant> tenant, Package package, PackageAudience? shown, ReceiptFor? receipt, StoredArchive stored, SigningKeyPair key, Auditor auditor,
        IObjectStore objects, TimeProvider clock, CancellationToken ct) => db.ChangeCatalogAsync<Result<PackageSummary>?>(tenant, async head =>
    {
        var (now, id, version) = (clock.GetUtcNow(), package.Info.Id, package.Info.Version);
        if (receipt is not null && await receipt.FindAsync(db, now, ct) is { } known)
        {
            return known;
        }

        var row = await db.Packages.SingleOrDefaultAsync(p => p.TenantId == tenant && p.PackageId == id, ct);
        if (Publication.Refuse(caller, id, row, shown) is { } refused)
        {
            return (Result<PackageSummary>)refused;
        }

        var (isTaken, isKnownByNone) = row is null ? (false, true) : await LookAsync(db, row, version, ct);
        if (isTaken || !await IsThereAsync(stored, objects, clock, ct))
        {
            return null;
        }

        var (isNew, before) = (row is null, row is null ? null : PackageSummary.Of(row));
        row ??= db.Packages.Add(new() { TenantId = tenant, PackageId = id, AuthorId = caller.UserId, AuthorEmail = caller.Email, CreatedAt = now }).Entity;
        if (shown is not null)
        {
            row.Show(shown.Visibility, shown.Groups, now);
        }

        var published = VersionOf(row, package, caller, stored, TransparencyLog.Append(db, head, key, LogEvent.Publish, id, version.ToString(), stored.Digest, now), now);
        db.PackageVersions.Add(published);
        row.Take(published, isKnownByNone);
        if (isNew)
        {
            Shelf.Add(db, row);
        }
        else
        {
            await Shelf.PlaceAsync(db, row, ct);
        }

        // The publisher is told of the version that was published, which the package need not be known by.
        var summary = PackageSummary.Of(row) with { Version = version, Name = published.Name, Description = published.Description };
        if (receipt is not null)
        {
            await ReceiptFor.ForgetExpiredAsync(db, now, ct);
            db.PublishReceipts.Add(receipt.Make(summary, now));
        }

        db.OutgoingEvents.Add(OutgoingEvent.Of(
            new(clock), tenant, caller.PartnerId, EventTypes.PackagePublished, new { PackageId = id, Version = version.ToString(), published.Name, UserId = caller.UserId }, now));
        auditor.Changed(id.Value, before, PackageSummary.Of(row));
        await db.SaveChangesAsync(ct);
        return (Result<PackageSummary>)summary;
    }, ct);

    /// <summary>Whether the version is published already, and whether the one that the package is known by is yanked, so that any other takes its place.</summary>
    private static async Task<(bool IsTaken, bool IsKnownByNone)> LookAsync(Db db, CatalogPackage package, SemVer version, CancellationToken ct)
    {
        var (tenant, id, current) = (package.TenantId, package.PackageId, package.Version);
        var rows = await db.PackageVersions.Where(v => v.TenantId == tenant && v.PackageId == id && (v.Version == version || v.Version == current))
            .Select(v => new { v.Version, IsYanked = v.YankedAt != null }).ToListAsync(ct);
        return (rows.Any(r => r.Version == version), rows.Any(r => r.Version == current && r.IsYanked));
    }

    /// <summary>An object that was found, or put so long ago that the sweeper may think nobody wants it, is looked for again now that the sweeper must wait.</summary>
    private static async Task<bool> IsThereAsync(StoredArchive stored, IObjectStore objects, TimeProvider clock, CancellationToken ct) =>
        (stored.IsNew && clock.GetElapsedTime(stored.Since) < ObjectSweeper.Grace / 2)
        || (await objects.ExistsAsync(stored.Archive, ct) && await objects.ExistsAsync(stored.SignatureFile, ct));

    private static PackageVersion VersionOf(CatalogPackage row, Package package, Principal caller, StoredArchive stored, long logIndex, DateTimeOffset now) => new()
    {
        TenantId = row.TenantId,
        PackageId = row.PackageId,
        Version = package.Info.Version,
        Name = package.Info.Name,
        Description = package.Info.Description,
        Digest = stored.Digest,
        Size = stored.Size,
        AuthorId = caller.UserId,
        AuthorEmail = caller.Email,
        PublishedAt = now,
        LogIndex = logIndex,
        KeyId = stored.Signature.KeyId,
        Signature = stored.Signature.Signature.ToArray(),
    };
}
