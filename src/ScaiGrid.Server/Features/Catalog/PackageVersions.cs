using System.Globalization;
using System.Security.Cryptography;
using Microsoft.EntityFrameworkCore;
using Microsoft.Net.Http.Headers;
using ScaiGrid.Flows;
using ScaiGrid.Flows.Graph;
using ScaiGrid.Flows.Language;
using ScaiGrid.Flows.Packages;
using ScaiGrid.Server.Access;
using ScaiGrid.Server.Data;
using ScaiGrid.Server.Features.Tenancy;
using ScaiGrid.Server.Kernel;

namespace ScaiGrid.Server.Features.Catalog;

/// <param name="Size">Bytes of the archive.</param>
/// <param name="AuthorId">Who published this version.</param>
/// <param name="Yanked">Hidden from whoever does not ask for it by its number.</param>
/// <param name="LogIndex">The leaf of the tenant's log that says it was published.</param>
internal sealed record PackageVersionView(
    SemVer Version, string Digest, int Size, Id<User> AuthorId, string AuthorEmail, DateTimeOffset PublishedAt, bool Yanked, long LogIndex, string KeyId)
{
    public static PackageVersionView Of(PackageVersion version) => new(
        version.Version, version.Digest, version.Size, version.AuthorId, version.AuthorEmail, version.PublishedAt, version.YankedAt is not null, version.LogIndex, version.KeyId);
}

/// <summary><c>GET /catalog/{id}/versions</c>, <c>…/versions/{version}/download</c>, <c>…/signature</c> and <c>GET /catalog/{id}/diff</c>.</summary>
internal static class PackageVersions
{
    public sealed record DiffResponse(SemVer From, SemVer To, PartsDiff Nodes, PartsDiff Edges, IReadOnlyList<FieldChange> Fields);

    public static void Map(IEndpointRouteBuilder catalog)
    {
        catalog.MapGet("/{id}/versions", ListAsync)
            .WithName("ListPackageVersions")
            .WithSummary("List a package's versions, the last published first")
            .RequiresOidc(Permissions.CoreView)
            .Produces<IReadOnlyList<PackageVersionView>>()
            .ProducesErrors(KernelErrors.Validation, CatalogErrors.PackageNotFound, AccessErrors.TenantRequired);
        catalog.MapGet("/{id}/versions/{version}/download", DownloadAsync)
            .WithName("DownloadPackage")
            .WithSummary("Download a version's .scaipkg")
            .RequiresOidc(Permissions.CoreView)
            .Produces<byte[]>(StatusCodes.Status200OK, "application/zip")
            .ProducesErrors(CatalogErrors.PackageNotFound, CatalogErrors.VersionNotFound, CatalogErrors.Corrupt, AccessErrors.TenantRequired);
        catalog.MapGet("/{id}/versions/{version}/signature", SignatureAsync)
            .WithName("GetPackageSignature")
            .WithSummary("Get the signature of a version's .scaipkg")
            .RequiresOidc(Permissions.CoreView)
            .Produces<Value>()
            .ProducesErrors(CatalogErrors.PackageNotFound, CatalogErrors.VersionNotFound, AccessErrors.TenantRequired);
        catalog.MapGet("/{id}/diff", DiffAsync)
            .WithName("DiffPackageVersions")
            .WithSummary("Compare the flows of two versions")
            .RequiresOidc(Permissions.CoreView)
            .Produces<DiffResponse>()
            .ProducesErrors(KernelErrors.Validation, CatalogErrors.PackageNotFound, CatalogErrors.VersionNotFound, CatalogErrors.Corrupt, AccessErrors.TenantRequired);
    }

    private static async Task<IResult> ListAsync(PackageId id, Paging paging, CatalogTenant tenant, Principal caller, Db db, HttpContext http, CancellationToken ct)
    {
        if (!(await StoredPackages.FindAsync(db, caller, tenant.Id, id, ct)).Succeeded(out var package, out var error))
        {
            return error.ToResult();
        }

        var before = long.TryParse(paging.After, CultureInfo.InvariantCulture, out var index) ? index : paging.After is null ? long.MaxValue : 0;
        var versions = await db.PackageVersions.AsNoTracking()
            .Where(v => v.TenantId == package.TenantId && v.PackageId == id && v.LogIndex < before)
            .OrderByDescending(v => v.LogIndex).Take(paging.Limit + 1).ToListAsync(ct);
        var page = paging.Cut(versions, v => v.LogIndex.ToString(CultureInfo.InvariantCulture), PackageVersionView.Of);
        http.LinkNext(page.NextCursor, paging.Limit);
        return Results.Ok(page.Items);
    }

    private static async Task<IResult> DownloadAsync(
        PackageId id, string version, CatalogTenant tenant, Principal caller, Db db, StoredPackages stored, HttpResponse response, CancellationToken ct)
    {
        if (!(await FindAsync(db, caller, tenant.Id, id, version, ct)).Succeeded(out var row, out var error)
            || !(await stored.ReadAsync(row, ct)).Succeeded(out var archive, out error))
        {
            return error.ToResult();
        }

        var digest = Convert.ToBase64String(SHA256.HashData(archive.Span));
        response.Headers["Digest"] = $"sha-256={digest}"; // RFC 3230, and what replaced it: RFC 9530
        response.Headers["Repr-Digest"] = $"sha-256=:{digest}:";
        response.Headers.CacheControl = "private, max-age=31536000, immutable";
        return Results.Bytes(
            archive, "application/zip", $"{id}-{row.Version}.scaipkg", enableRangeProcessing: true, lastModified: row.PublishedAt, entityTag: new EntityTagHeaderValue($"\"{row.Digest}\""));
    }

    private static async Task<IResult> SignatureAsync(PackageId id, string version, CatalogTenant tenant, Principal caller, Db db, CancellationToken ct) =>
        (await FindAsync(db, caller, tenant.Id, id, version, ct)).Succeeded(out var row, out var error)
            ? Results.Bytes(new PackageSignature(row.KeyId, row.Signature).Write(), "application/json")
            : error.ToResult();

    private static async Task<IResult> DiffAsync(PackageId id, string from, string to, CatalogTenant tenant, Principal caller, Db db, StoredPackages stored, CancellationToken ct)
    {
        if (!(await FindAsync(db, caller, tenant.Id, id, from, ct)).Succeeded(out var first, out var error)
            || !(await FindAsync(db, caller, tenant.Id, id, to, ct)).Succeeded(out var second, out error)
            || !(await stored.OpenAsync(first, ct)).Succeeded(out var older, out error)
            || !(await stored.OpenAsync(second, ct)).Succeeded(out var newer, out error))
        {
            return error.ToResult();
        }

        var diff = FlowDiff.Between(older.Flow, newer.Flow);
        return Results.Ok(new DiffResponse(first.Version, second.Version, diff.Nodes, diff.Edges, diff.Fields));
    }

    private static async Task<Result<PackageVersion>> FindAsync(Db db, Principal caller, Id<Tenant> tenant, PackageId id, string version, CancellationToken ct)
    {
        if (!SemVer.TryParse(version, null, out var number))
        {
            return CatalogErrors.VersionNotFound.With("A version is a semantic version, such as 1.2.3.");
        }

        return (await StoredPackages.FindVersionAsync(db, caller, tenant, id, number, ct)).Succeeded(out var found, out var error) ? found.Version : error;
    }
}
