using Microsoft.EntityFrameworkCore;
using ScaiGrid.Flows;
using ScaiGrid.Flows.Packages;
using ScaiGrid.Server.Access;
using ScaiGrid.Server.Data;
using ScaiGrid.Server.Features.Audit;
using ScaiGrid.Server.Kernel;

namespace ScaiGrid.Server.Features.Catalog;

/// <summary><c>POST /catalog/{id}/versions/{version}/yank</c> and <c>…/unyank</c>: whether a version is offered, or given only to those who name it.</summary>
internal static class YankVersion
{
    public static void Map(IEndpointRouteBuilder catalog)
    {
        Map(catalog, "yank", "Stop offering a version", isYanked: true);
        Map(catalog, "unyank", "Offer a version again", isYanked: false);
    }

    private static void Map(IEndpointRouteBuilder catalog, string verb, string summary, bool isYanked) => catalog
        .MapPost($"/{{id}}/versions/{{version}}/{verb}", (PackageId id, string version, CatalogTenant tenant, Principal caller, Db db, PackageKeys keys, Auditor auditor, TimeProvider clock, CancellationToken ct) =>
            HandleAsync(id, version, isYanked, tenant, caller, db, keys, auditor, clock, ct))
        .WithName($"{char.ToUpperInvariant(verb[0])}{verb[1..]}PackageVersion")
        .WithSummary(summary)
        .RequiresOidc(Permissions.CoreView)
        .Audits($"package.{verb}")
        .Produces<PackageVersionView>()
        .ProducesErrors(CatalogErrors.PackageNotFound, CatalogErrors.VersionNotFound, CatalogErrors.NotAuthor, AccessErrors.TenantRequired);

    private static async Task<IResult> HandleAsync(
        PackageId id, string version, bool isYanked, CatalogTenant tenant, Principal caller, Db db, PackageKeys keys, Auditor auditor, TimeProvider clock, CancellationToken ct)
    {
        var key = await keys.OfAsync(db, tenant.Id, ct);
        var changed = await db.ChangeCatalogAsync<Result<PackageVersionView>>(tenant.Id, async head =>
        {
            if (!(await StoredPackages.FindToChangeAsync(db, caller, tenant.Id, id, ct)).Succeeded(out var package, out var error))
            {
                return error;
            }

            var versions = await db.PackageVersions.Where(v => v.TenantId == tenant.Id && v.PackageId == id).ToListAsync(ct);
            if (!SemVer.TryParse(version, null, out var number) || versions.Find(v => v.Version == number) is not { } row)
            {
                return CatalogErrors.VersionNotFound.With($"The package '{id}' has no such version.");
            }

            if (isYanked == row.YankedAt is null)
            {
                var (before, now) = (PackageVersionView.Of(row), clock.GetUtcNow());
                row.YankedAt = isYanked ? now : null;
                package.Reconsider(versions, now);
                await Shelf.PlaceAsync(db, package, ct);
                TransparencyLog.Append(db, head, key, isYanked ? LogEvent.Yank : LogEvent.Unyank, row, now);
                auditor.Changed(id.Value, before, PackageVersionView.Of(row));
                await db.SaveChangesAsync(ct);
            }

            return PackageVersionView.Of(row);
        }, ct);
        return changed.Succeeded(out var view, out var refused) ? Results.Ok(view) : refused.ToResult();
    }
}
