using System.Collections.Concurrent;
using Microsoft.EntityFrameworkCore;
using ScaiGrid.Flows;
using ScaiGrid.Flows.Manifests;
using ScaiGrid.Flows.Packages;
using ScaiGrid.Server.Access;
using ScaiGrid.Server.Data;
using ScaiGrid.Server.Features.Audit;
using ScaiGrid.Server.Features.Tenancy;
using ScaiGrid.Server.Kernel;
using ScaiGrid.Server.Storage;

namespace ScaiGrid.Server.Features.Catalog;

/// <summary>
/// Stores a version: the objects first, then all rows in one transaction, so that there never is a row without its objects. An object that no row
/// came to name is left for <see cref="ObjectSweeper"/>.
/// </summary>
internal sealed class Publication(IObjectStore objects, PackageKeys keys, TimeProvider clock)
{
    private const int MostAttempts = 200;

    // Those who publish to one catalog through this replica take turns, rather than all choose the same version and lose it to one.
    private readonly ConcurrentDictionary<Id<Tenant>, SemaphoreSlim> _turns = new();

    /// <summary>What refuses a publish before anything is done. It is decided again when the rows are saved.</summary>
    public static async Task<Error?> RefuseAsync(Db db, Principal caller, Id<Tenant> tenant, PackageId id, PackageAudience? shown, CancellationToken ct) =>
        Refuse(caller, id, await db.Packages.AsNoTracking().SingleOrDefaultAsync(p => p.TenantId == tenant && p.PackageId == id, ct), shown);

    /// <param name="wanted">Null takes the package's current version as wanted, or what the package says when there is none.</param>
    public async Task<Result<PackageSummary>> PublishAsync(
        Db db, Auditor auditor, Principal caller, Id<Tenant> tenant, Package package, SemVer? wanted, PackageAudience? shown, ReceiptFor? receipt, CancellationToken ct)
    {
        var key = await keys.OfAsync(db, tenant, ct);
        var turn = _turns.GetOrAdd(tenant, _ => new(1));
        await turn.WaitAsync(ct);
        try
        {
            var passed = new HashSet<SemVer>();
            for (var attempt = 0; attempt < MostAttempts; attempt++)
            {
                var known = await KnownAsync(db, tenant, package.Info.Id, ct);
                if ((wanted ?? known.Current ?? package.Info.Version).NextFree([.. known.Taken, .. passed]) is not { } version)
                {
                    return KernelErrors.Validation.At("version", "has no free patch number left");
                }

                var stored = await StoreAsync(package.As(version), tenant, key, ct);
                if (stored is null)
                {
                    passed.Add(version); // the key is another publish's that is under way, or that died before its rows were saved
                }
                else if (await PublishedVersion.SaveAsync(db, caller, tenant, package.As(version), shown, receipt, stored, key, auditor, objects, clock, ct) is { } result)
                {
                    return result;
                }
            }

            return KernelErrors.Conflict.With("Others keep taking the next versions; try again.") with { RetryAfter = 1 };
        }
        finally
        {
            turn.Release();
        }
    }

    /// <summary>A version as it came from elsewhere. Nothing happens when that very archive is published already.</summary>
    public async Task<Result<PackageSummary>> ImportAsync(Db db, Auditor auditor, Principal caller, Id<Tenant> tenant, Package package, CancellationToken ct)
    {
        var (key, id, version) = (await keys.OfAsync(db, tenant, ct), package.Info.Id, package.Info.Version);
        for (var attempt = 0; attempt < 3; attempt++)
        {
            var row = await db.Packages.AsNoTracking().SingleOrDefaultAsync(p => p.TenantId == tenant && p.PackageId == id && p.DeletedAt == null, ct);
            var published = await db.PackageVersions.AsNoTracking().SingleOrDefaultAsync(v => v.TenantId == tenant && v.PackageId == id && v.Version == version, ct);
            if (published is not null && row is not null && published.Digest == Sha256.Of(package.Write()))
            {
                return PackageSummary.Of(row) with { Version = version, Name = published.Name, Description = published.Description };
            }

            if (version.NextFree((await KnownAsync(db, tenant, id, ct)).Taken) != version || await StoreAsync(package, tenant, key, ct) is not { } stored)
            {
                break;
            }

            if (await PublishedVersion.SaveAsync(db, caller, tenant, package, null, null, stored, key, auditor, objects, clock, ct) is { } result)
            {
                return result;
            }
        }

        return CatalogErrors.VersionExists.With($"The version {version} of '{id}' is, or was, another one here.");
    }

    public static Error? Refuse(Principal caller, PackageId id, CatalogPackage? package, PackageAudience? shown)
    {
        if (package is null)
        {
            return null;
        }

        if (!package.MayBeChangedBy(caller))
        {
            return CatalogErrors.Foreign(id);
        }

        return shown is null || package.DeletedAt is not null || (shown.Visibility == package.Visibility && shown.Groups.Order(StringComparer.Ordinal).SequenceEqual(package.VisibilityGroupIds)) ? null
            : KernelErrors.Validation.At("visibility", $"is given with a package's first version; change it with PATCH /api/v1/catalog/{id}/visibility");
    }

    private static async Task<(IReadOnlyList<SemVer> Taken, SemVer? Current)> KnownAsync(Db db, Id<Tenant> tenant, PackageId id, CancellationToken ct)
    {
        var taken = await db.PackageVersions.Where(v => v.TenantId == tenant && v.PackageId == id).Select(v => v.Version).ToListAsync(ct);
        return (taken, taken.Count > 0 ? taken.Highest() : null);
    }

    /// <returns>Null when the key is taken by other content.</returns>
    private async Task<StoredArchive?> StoreAsync(Package package, Id<Tenant> tenant, SigningKeyPair key, CancellationToken ct)
    {
        var (archive, at) = (package.Write(), PackageVersion.KeyOf(tenant, package.Info.Id, package.Info.Version));
        var (signature, file) = (key.Sign(archive), PackageVersion.SignatureKeyOf(at));
        var since = clock.GetTimestamp();
        var signing = Task.Run(() => objects.PutIfAbsentAsync(file, signature.Write(), ct), ct); // both wait for the disk together
        var isNew = await objects.PutIfAbsentAsync(at, archive, ct);
        var isSigned = await signing;
        if (!isNew && !(await objects.GetAsync(at, ct)).AsSpan().SequenceEqual(archive))
        {
            return null; // a signature that came first is whoever's archive it is to mend
        }

        while (!isSigned && !await objects.PutIfAbsentAsync(file, signature.Write(), ct))
        {
            // Left behind by a publish that died. Whoever has the archive has its signature too.
            if (await objects.GetAsync(file, ct) is { } left && PackageSignature.TryRead(left, out var other) && key.IsSignatureOf(other, archive))
            {
                signature = other;
                break;
            }

            await objects.DeleteAsync(file, ct);
        }

        return new(at, file, Sha256.Of(archive), archive.Length, signature, isNew, since);
    }
}

/// <summary>An archive and its signature in the object store, which no row names yet.</summary>
/// <param name="IsNew">False when the archive was there already.</param>
/// <param name="Since">The time stamp of the moment before it was stored.</param>
internal sealed record StoredArchive(ObjectKey Archive, ObjectKey SignatureFile, string Digest, int Size, PackageSignature Signature, bool IsNew, long Since);
