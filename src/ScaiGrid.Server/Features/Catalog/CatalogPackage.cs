using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using ScaiGrid.Flows;
using ScaiGrid.Flows.Packages;
using ScaiGrid.Server.Access;
using ScaiGrid.Server.Data;
using ScaiGrid.Server.Features.Tenancy;
using ScaiGrid.Server.Kernel;

namespace ScaiGrid.Server.Features.Catalog;

internal enum PackageVisibility { Tenant, Groups }

/// <summary>A package of one tenant's catalog: who sees it, and which of its versions it is known by.</summary>
internal sealed class CatalogPackage
{
    public required Id<Tenant> TenantId { get; init; }

    public required PackageId PackageId { get; init; }

    /// <summary>That of the version the package is known by, as are <see cref="Description"/> and <see cref="Version"/>.</summary>
    public string Name { get; private set; } = "";

    public string Description { get; private set; } = "";

    /// <summary>The highest release that is not yanked; a pre-release only where there is no release.</summary>
    public SemVer Version { get; private set; }

    public required Id<User> AuthorId { get; set; }

    public required string AuthorEmail { get; set; }

    public PackageVisibility Visibility { get; private set; } = PackageVisibility.Tenant;

    /// <summary>Ids of the user groups that see it; empty unless the visibility is <see cref="PackageVisibility.Groups"/>.</summary>
    public List<string> VisibilityGroupIds { get; private set; } = [];

    /// <summary>How often it was installed; behind by a few seconds.</summary>
    public long Installs { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    public DateTimeOffset UpdatedAt { get; private set; }

    /// <summary>Null while the package is there. Its versions and their objects stay in any case.</summary>
    public DateTimeOffset? DeletedAt { get; private set; }

    /// <summary>The audiences that see the package: <see cref="Audience.Name"/>.</summary>
    public IEnumerable<string> Audiences =>
        [Audience.OfUser(AuthorId), .. Visibility == PackageVisibility.Tenant ? [Audience.WholeTenant] : VisibilityGroupIds.Select(Audience.OfGroup)];

    /// <summary>Whether the caller, who acts in the package's tenant, may know of it.</summary>
    public bool IsVisibleTo(Principal caller) => DeletedAt is null && (caller.AdministersCatalog || Audiences.Intersect(caller.CatalogAudiences).Any());

    /// <summary>Only the author and administrators may change what there is.</summary>
    public bool MayBeChangedBy(Principal caller) => caller.AdministersCatalog || AuthorId == caller.UserId;

    /// <summary>Takes in a version that was just published, which also brings a deleted package back.</summary>
    public void Take(PackageVersion version, bool isKnownByNone)
    {
        if (isKnownByNone || new[] { Version, version.Version }.Highest() == version.Version)
        {
            PointAt(version);
        }

        (UpdatedAt, DeletedAt) = (version.PublishedAt, null);
    }

    /// <summary>Looks again which version the package is known by, after one was yanked or is back.</summary>
    public void Reconsider(IReadOnlyList<PackageVersion> versions, DateTimeOffset now)
    {
        var candidates = versions.Where(v => v.YankedAt is null).ToList();
        candidates = candidates.Count > 0 ? candidates : [.. versions];
        var highest = candidates.Select(v => v.Version).Highest();
        PointAt(candidates.Single(v => v.Version == highest));
        UpdatedAt = now;
    }

    public void Show(PackageVisibility visibility, IEnumerable<string> groups, DateTimeOffset now) =>
        (Visibility, VisibilityGroupIds, UpdatedAt) = (visibility, [.. groups.Distinct().Order(StringComparer.Ordinal)], now);

    public void Delete(DateTimeOffset now) => (DeletedAt, UpdatedAt) = (now, now);

    public void Transfer(User author, DateTimeOffset now) => (AuthorId, AuthorEmail, UpdatedAt) = (author.Id, author.Email, now);

    private void PointAt(PackageVersion version) => (Name, Description, Version) = (version.Name, version.Description, version.Version);

    internal sealed class Mapping(Db db) : IEntityTypeConfiguration<CatalogPackage>
    {
        public void Configure(EntityTypeBuilder<CatalogPackage> package)
        {
            package.ToTable("catalog_packages");
            package.HasKey(p => new { p.TenantId, p.PackageId });
            package.Ignore(p => p.Audiences);
            package.Property(p => p.Name).HasMaxLength(PackageInfo.MaxNameLength);
            package.Property(p => p.Description).HasMaxLength(PackageInfo.MaxDescriptionLength);
            package.Property(p => p.AuthorEmail).HasMaxLength(320);
            package.FilterUnlessPlatform(db, p => p.TenantId == db.TenantId);
        }
    }
}
