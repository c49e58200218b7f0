using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using ScaiGrid.Flows.Packages;
using ScaiGrid.Server.Data;
using ScaiGrid.Server.Features.Tenancy;
using ScaiGrid.Server.Kernel;

namespace ScaiGrid.Server.Features.Catalog;

/// <summary>
/// What lists and searches walk over, so that a page costs the same among ten packages and a hundred thousand: a narrow row for each package that
/// is not deleted.
/// </summary>
internal sealed class Listing
{
    /// <summary>Given out by the database, rising: the newest package has the highest. Of no meaning across tenants but for the full-text index of SQLite, which needs one number.</summary>
    public long Number { get; init; }

    public required Id<Tenant> TenantId { get; init; }

    public required PackageId PackageId { get; init; }

    /// <summary>Id, name and description in lower case: what is searched.</summary>
    public string Text { get; set; } = "";

    public static string TextOf(CatalogPackage package) => $"{package.PackageId}\n{package.Name}\n{package.Description}".ToLowerInvariant();

    internal sealed class Mapping(Db db) : IEntityTypeConfiguration<Listing>
    {
        public void Configure(EntityTypeBuilder<Listing> listing)
        {
            listing.ToTable("catalog_listings");
            listing.HasKey(l => l.Number);
            listing.Property(l => l.Number).ValueGeneratedOnAdd();
            listing.HasIndex(l => new { l.TenantId, l.PackageId }).IsUnique();
            listing.HasIndex(l => new { l.TenantId, l.Number });
            listing.HasOne<CatalogPackage>().WithOne().HasForeignKey<Listing>(l => new { l.TenantId, l.PackageId }).OnDelete(DeleteBehavior.Cascade);
            listing.FilterUnlessPlatform(db, l => l.TenantId == db.TenantId);
        }
    }
}

/// <summary>
/// One audience that sees one listed package. A caller belongs to a few audiences, so what they see is a few ranges of this table, however many
/// packages there are that they do not see.
/// </summary>
internal sealed class Audience
{
    public const string WholeTenant = "tenant";

    public required Id<Tenant> TenantId { get; init; }

    /// <summary><see cref="WholeTenant"/>, or a user or group by id.</summary>
    public required string Name { get; init; }

    public long Number { get; init; }

    /// <summary>Set where both are new, so that the number is found when it is given out.</summary>
    public Listing? Listing { get; init; }

    /// <summary>What the listing lists, so that a page needs no look at it.</summary>
    public required PackageId PackageId { get; init; }

    public static string OfUser(Id<User> user) => $"user:{user}";

    public static string OfGroup(string group) => $"group:{group}";

    internal sealed class Mapping(Db db) : IEntityTypeConfiguration<Audience>
    {
        public void Configure(EntityTypeBuilder<Audience> audience)
        {
            audience.ToTable("catalog_audiences");
            audience.HasKey(a => new { a.TenantId, a.Name, a.Number });
            audience.HasIndex(a => a.Number);
            audience.Property(a => a.Name).HasMaxLength(80);
            audience.HasOne(a => a.Listing).WithMany().HasForeignKey(a => a.Number).OnDelete(DeleteBehavior.Cascade);
            audience.FilterUnlessPlatform(db, a => a.TenantId == db.TenantId);
        }
    }
}

/// <summary>Where a package stands in lists.</summary>
internal sealed class Place
{
    public required long Number { get; init; }

    public required Id<Tenant> TenantId { get; init; }

    public required PackageId PackageId { get; init; }
}
