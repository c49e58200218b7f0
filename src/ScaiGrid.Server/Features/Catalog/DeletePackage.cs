using ScaiGrid.Flows.Packages;
using ScaiGrid.Server.Access;
using ScaiGrid.Server.Data;
using ScaiGrid.Server.Features.Audit;
using ScaiGrid.Server.Features.Webhooks;
using ScaiGrid.Server.Kernel;

namespace ScaiGrid.Server.Features.Catalog;

/// <summary><c>DELETE /catalog/{id}</c>: the package is in no list and cannot be installed; its versions and their objects stay.</summary>
internal static class DeletePackage
{
    public static void Map(IEndpointRouteBuilder catalog) => catalog
        .MapDelete("/{id}", HandleAsync)
        .WithName("DeletePackage")
        .WithSummary("Delete a package")
        .RequiresOidc(Permissions.CoreView)
        .Audits("package.delete")
        .Produces(StatusCodes.Status204NoContent)
        .ProducesErrors(CatalogErrors.PackageNotFound, CatalogErrors.NotAuthor, AccessErrors.TenantRequired);

    private static async Task<IResult> HandleAsync(
        PackageId id, CatalogTenant tenant, Principal caller, Db db, PackageKeys keys, Auditor auditor, TimeProvider clock, CancellationToken ct)
    {
        var key = await keys.OfAsync(db, tenant.Id, ct);
        var refused = await db.ChangeCatalogAsync<Error?>(tenant.Id, async head =>
        {
            if (!(await StoredPackages.FindToChangeAsync(db, caller, tenant.Id, id, ct)).Succeeded(out var package, out var error))
            {
                return error;
            }

            auditor.Changed(id.Value, PackageSummary.Of(package), null);
            package.Delete(clock.GetUtcNow());
            await Shelf.RemoveAsync(db, package, ct);
            TransparencyLog.Append(db, head, key, LogEvent.Delete, id, null, null, package.UpdatedAt);
            db.OutgoingEvents.Add(OutgoingEvent.Of(
                new(clock), tenant.Id, caller.PartnerId, EventTypes.PackageDeleted, new { PackageId = id, package.Name, UserId = caller.UserId }, package.UpdatedAt));
            await db.SaveChangesAsync(ct);
            return null;
        }, ct);
        return refused is null ? Results.NoContent() : refused.ToResult();
    }
}
