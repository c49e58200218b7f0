using ScaiGrid.Flows.Packages;
using ScaiGrid.Server.Access;
using ScaiGrid.Server.Data;
using ScaiGrid.Server.Features.Audit;
using ScaiGrid.Server.Kernel;

namespace ScaiGrid.Server.Features.Catalog;

/// <summary><c>POST /catalog/import</c>: a <c>.scaipkg</c> of another tenant or server, byte for byte, under the id and version that it has.</summary>
internal static class ImportPackage
{
    public static void Map(IEndpointRouteBuilder catalog) => catalog
        .MapPost("/import", HandleAsync)
        .WithName("ImportPackage")
        .WithSummary("Import a .scaipkg")
        .DisableAntiforgery()
        .RequiresOidc(Permissions.CoreManage)
        .Audits("package.import")
        .WithMetadata(new BodyLimit(Package.MaxLength))
        .Produces<PackageSummary>(StatusCodes.Status201Created)
        .ProducesErrors(KernelErrors.Validation, KernelErrors.TooLarge, KernelErrors.UnsupportedMediaType, CatalogErrors.Invalid, CatalogErrors.NotAuthor, CatalogErrors.VersionExists, AccessErrors.TenantRequired);

    private static async Task<IResult> HandleAsync(
        Upload upload, CatalogTenant tenant, Principal caller, Db db, Auditor auditor, Publication publication, CancellationToken ct)
    {
        if (!Read(upload.Content).Succeeded(out var package, out var error))
        {
            return error.ToResult();
        }

        if (await Publication.RefuseAsync(db, caller, tenant.Id, package.Info.Id, null, ct) is { } refused)
        {
            return refused.ToResult();
        }

        var imported = await publication.ImportAsync(db, auditor, caller, tenant.Id, package, ct);
        return imported.Succeeded(out var summary, out error) ? Results.Created($"/api/v1/catalog/{summary.PackageId}", summary) : error.ToResult();
    }

    /// <summary>The package, when the archive is whole, its flow is one that this server can run, and it says of the flow what is so.</summary>
    private static Result<Package> Read(ReadOnlyMemory<byte> archive) =>
        !ReceivedPackage.TryRead(archive, out var received, out var diagnostics) ? CatalogErrors.NotReceived(diagnostics)
        : PublishPackage.Reserved.Contains(received.Package.Info.Id.Value) ? KernelErrors.Validation.At("package_id", "is reserved")
        : received.Package;
}
