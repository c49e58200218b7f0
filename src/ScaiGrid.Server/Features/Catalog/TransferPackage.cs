using Microsoft.EntityFrameworkCore;
using ScaiGrid.Flows.Packages;
using ScaiGrid.Server.Access;
using ScaiGrid.Server.Data;
using ScaiGrid.Server.Features.Audit;
using ScaiGrid.Server.Features.Tenancy;
using ScaiGrid.Server.Kernel;

namespace ScaiGrid.Server.Features.Catalog;

/// <summary><c>POST /catalog/{id}/transfer</c>: gives a package to another author, when the old one has left, say.</summary>
internal static class TransferPackage
{
    /// <param name="AuthorId">An active user of the tenant.</param>
    public sealed record Request(Id<User> AuthorId);

    public static void Map(IEndpointRouteBuilder catalog) => catalog
        .MapPost("/{id}/transfer", HandleAsync)
        .WithName("TransferPackage")
        .WithSummary("Give a package to another author")
        .RequiresOidc(Permissions.CoreManage)
        .Audits("package.transfer")
        .Produces<PackageSummary>()
        .ProducesErrors(KernelErrors.Validation, CatalogErrors.PackageNotFound, CatalogErrors.AdminRequired, AccessErrors.TenantRequired);

    private static async Task<IResult> HandleAsync(
        PackageId id, Body<Request> body, CatalogTenant tenant, Principal caller, Db db, Auditor auditor, TimeProvider clock, CancellationToken ct)
    {
        var changed = await db.ChangeCatalogAsync<Result<PackageSummary>>(tenant.Id, async _ =>
        {
            if (!(await StoredPackages.FindAsync(db, caller, tenant.Id, id, ct)).Succeeded(out var package, out var error))
            {
                return error;
            }

            if (!caller.AdministersCatalog)
            {
                return CatalogErrors.AdminRequired.With("Only an administrator gives a package to another author.");
            }

            if (await db.Users.AsNoTracking().SingleOrDefaultAsync(u => u.Id == body.Value.AuthorId && u.TenantId == tenant.Id && u.Status == UserStatus.Active, ct) is not { } author)
            {
                return KernelErrors.Validation.At("author_id", "is no active user of this tenant");
            }

            var before = PackageSummary.Of(package);
            package.Transfer(author, clock.GetUtcNow());
            await Shelf.PlaceAsync(db, package, ct);
            auditor.Changed(id.Value, before, PackageSummary.Of(package));
            await db.SaveChangesAsync(ct);
            return PackageSummary.Of(package);
        }, ct);
        return changed.Succeeded(out var summary, out var refused) ? Results.Ok(summary) : refused.ToResult();
    }
}
