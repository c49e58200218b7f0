using System.Text;
using ScaiGrid.Flows.Packages;
using ScaiGrid.Server.Access;
using ScaiGrid.Server.Data;
using ScaiGrid.Server.Kernel;

namespace ScaiGrid.Server.Features.Catalog;

/// <summary><c>GET /catalog/{id}</c>: what a person reads before installing.</summary>
internal static class GetPackage
{
    public static void Map(IEndpointRouteBuilder catalog) => catalog
        .MapGet("/{id}", HandleAsync)
        .WithName("GetPackage")
        .WithSummary("Get a package with its README and what it requires")
        .RequiresOidc(Permissions.CoreView)
        .Produces<PackageDetail>()
        .ProducesErrors(KernelErrors.Validation, CatalogErrors.PackageNotFound, CatalogErrors.VersionNotFound, CatalogErrors.Corrupt, AccessErrors.TenantRequired);

    private static async Task<IResult> HandleAsync(
        PackageId id, AskedVersion version, CatalogTenant tenant, Principal caller, Db db, StoredPackages stored, CancellationToken ct)
    {
        if (!(await StoredPackages.FindVersionAsync(db, caller, tenant.Id, id, version.Value, ct)).Succeeded(out var found, out var error)
            || !(await stored.OpenAsync(found.Version, ct)).Succeeded(out var content, out error))
        {
            return error.ToResult();
        }

        var (package, row) = found;
        var markdown = content.Readme is { } readme ? Encoding.UTF8.GetString(readme.Span) : null;
        return Results.Ok(new PackageDetail(
            package.PackageId, package.Name, package.Description, package.Version, package.AuthorId, package.AuthorEmail, package.Visibility,
            package.VisibilityGroupIds, package.CreatedAt, package.UpdatedAt, package.Installs, PackageVersionView.Of(row),
            markdown, markdown is null ? null : ReadmeHtml.Render(markdown), content.Info.Requires));
    }
}

/// <summary>A package with what its version says of itself.</summary>
/// <param name="Installs">How often it was installed; behind by a few seconds.</param>
/// <param name="Shown">The version that the rest is of: the one asked for, or the package's own.</param>
/// <param name="Readme">Markdown; null when there is none.</param>
/// <param name="ReadmeHtml">The same, safe to show in a page.</param>
internal sealed record PackageDetail(
    PackageId PackageId,
    string Name,
    string Description,
    ScaiGrid.Flows.SemVer Version,
    Id<Tenancy.User> AuthorId,
    string AuthorEmail,
    PackageVisibility Visibility,
    IReadOnlyList<string> VisibilityGroupIds,
    DateTimeOffset CreatedAt,
    DateTimeOffset UpdatedAt,
    long Installs,
    PackageVersionView Shown,
    string? Readme,
    string? ReadmeHtml,
    Requirements Requires);
