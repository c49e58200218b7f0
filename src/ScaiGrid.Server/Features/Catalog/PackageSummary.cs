using System.Text.Json.Serialization;
using ScaiGrid.Flows;
using ScaiGrid.Flows.Packages;
using ScaiGrid.Server.Features.Tenancy;
using ScaiGrid.Server.Kernel;

namespace ScaiGrid.Server.Features.Catalog;

/// <summary>A package as lists show it.</summary>
/// <param name="Version">The one that an install without a version gives.</param>
/// <param name="TenantId">Only where packages of several tenants are shown.</param>
internal sealed record PackageSummary(
    PackageId PackageId,
    string Name,
    string Description,
    SemVer Version,
    Id<User> AuthorId,
    string AuthorEmail,
    PackageVisibility Visibility,
    IReadOnlyList<string> VisibilityGroupIds,
    DateTimeOffset CreatedAt,
    DateTimeOffset UpdatedAt,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] Id<Tenant>? TenantId = null)
{
    public static PackageSummary Of(CatalogPackage package) => new(
        package.PackageId, package.Name, package.Description, package.Version, package.AuthorId, package.AuthorEmail, package.Visibility,
        package.VisibilityGroupIds, package.CreatedAt, package.UpdatedAt);
}
