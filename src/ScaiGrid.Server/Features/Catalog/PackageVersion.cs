using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using ScaiGrid.Flows;
using ScaiGrid.Flows.Packages;
using ScaiGrid.Server.Data;
using ScaiGrid.Server.Features.Tenancy;
using ScaiGrid.Server.Kernel;
using ScaiGrid.Server.Storage;

namespace ScaiGrid.Server.Features.Catalog;

/// <summary>
/// One version that was published. The row is never removed, whatever happens to the package: a version never stands for two contents.
/// </summary>
internal sealed class PackageVersion
{
    public required Id<Tenant> TenantId { get; init; }

    public required PackageId PackageId { get; init; }

    public required SemVer Version { get; init; }

    public required string Name { get; init; }

    public required string Description { get; init; }

    /// <summary><c>sha256:…</c> of the archive.</summary>
    public required string Digest { get; init; }

    /// <summary>Bytes of the archive.</summary>
    public required int Size { get; init; }

    /// <summary>Who published it.</summary>
    public required Id<User> AuthorId { get; init; }

    public required string AuthorEmail { get; init; }

    public required DateTimeOffset PublishedAt { get; init; }

    /// <summary>Set while the version is hidden from whoever does not ask for it by its number.</summary>
    public DateTimeOffset? YankedAt { get; set; }

    /// <summary>The leaf of the tenant's log that says it was published.</summary>
    public required long LogIndex { get; init; }

    /// <summary>The key that <see cref="Signature"/> is checked with.</summary>
    public required string KeyId { get; init; }

    /// <summary>Of the archive, in DER; also beside it in the object store.</summary>
    public required byte[] Signature { get; init; }

    public ObjectKey ArchiveKey => KeyOf(TenantId, PackageId, Version);

    public ObjectKey SignatureKey => SignatureKeyOf(ArchiveKey);

    public static ObjectKey KeyOf(Id<Tenant> tenant, PackageId package, SemVer version) => ObjectKey.Of("catalog", tenant.Value, package.Value, $"v{version}.scaipkg");

    public static ObjectKey SignatureKeyOf(ObjectKey archive) => ObjectKey.Parse(archive.Value + ".sig", null);

    internal sealed class Mapping(Db db) : IEntityTypeConfiguration<PackageVersion>
    {
        public void Configure(EntityTypeBuilder<PackageVersion> version)
        {
            version.ToTable("catalog_versions");
            version.HasKey(v => new { v.TenantId, v.PackageId, v.Version });
            version.Ignore(v => v.ArchiveKey).Ignore(v => v.SignatureKey);
            version.Property(v => v.Name).HasMaxLength(PackageInfo.MaxNameLength);
            version.Property(v => v.Description).HasMaxLength(PackageInfo.MaxDescriptionLength);
            version.Property(v => v.KeyId).HasMaxLength(64);
            version.Property(v => v.Digest).HasMaxLength(80);
            version.Property(v => v.AuthorEmail).HasMaxLength(320);
            version.HasOne<CatalogPackage>().WithMany().HasForeignKey(v => new { v.TenantId, v.PackageId }).OnDelete(DeleteBehavior.Restrict);
            version.FilterUnlessPlatform(db, v => v.TenantId == db.TenantId);
        }
    }
}
