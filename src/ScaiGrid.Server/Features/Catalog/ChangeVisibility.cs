using ScaiGrid.Flows.Packages;
using ScaiGrid.Server.Access;
using ScaiGrid.Server.Data;
using ScaiGrid.Server.Features.Audit;
using ScaiGrid.Server.Kernel;

namespace ScaiGrid.Server.Features.Catalog;

/// <summary><c>PATCH /catalog/{id}/visibility</c>.</summary>
internal static class ChangeVisibility
{
    /// <param name="VisibilityGroupIds">User groups of the tenant: at least one with <c>groups</c>, none with <c>tenant</c>.</param>
    public sealed record Request(PackageVisibility Visibility, IReadOnlyList<string>? VisibilityGroupIds = null);

    public static void Map(IEndpointRouteBuilder catalog) => catalog
        .MapPatch("/{id}/visibility", HandleAsync)
        .WithName("ChangePackageVisibility")
        .WithSummary("Change who sees a package")
        .RequiresOidc(Permissions.CoreView)
        .Audits("package.change_visibility")
        .Produces<PackageSummary>()
        .ProducesErrors(KernelErrors.Validation, CatalogErrors.PackageNotFound, CatalogErrors.NotAuthor, AccessErrors.TenantRequired);

    private static async Task<IResult> HandleAsync(
        PackageId id, Body<Request> body, CatalogTenant tenant, Principal caller, Db db, Auditor auditor, TimeProvider clock, CancellationToken ct)
    {
        var changed = await db.ChangeCatalogAsync<Result<PackageSummary>>(tenant.Id, async _ =>
        {
            if (!(await StoredPackages.FindToChangeAsync(db, caller, tenant.Id, id, ct)).Succeeded(out var package, out var error))
            {
                return error;
            }

            var faults = new List<Fault>();
            var shown = await PackageAudience.CheckAsync(db, tenant.Id, body.Value.Visibility, body.Value.VisibilityGroupIds, faults, ct);
            if (faults.Count > 0)
            {
                return KernelErrors.Faulty(faults);
            }

            var before = PackageSummary.Of(package);
            package.Show(shown!.Visibility, shown.Groups, clock.GetUtcNow());
            await Shelf.PlaceAsync(db, package, ct);
            auditor.Changed(id.Value, before, PackageSummary.Of(package));
            await db.SaveChangesAsync(ct);
            return PackageSummary.Of(package);
        }, ct);
        return changed.Succeeded(out var summary, out var refused) ? Results.Ok(summary) : refused.ToResult();
    }
}
