using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using ScaiGrid.Server.Kernel;

namespace ScaiGrid.Server.Features.Tenancy;

/// <summary>The top level of tenancy: a reseller or an organisation with several tenants.</summary>
internal sealed class Partner : IIdentified<Partner>
{
    public static string IdPrefix => "prt";

    public required Id<Partner> Id { get; init; }

    public required Slug Slug { get; set; }

    public required string Name { get; set; }

    /// <summary>Requests a minute over all its tenants; null = the server's default, 0 = unlimited.</summary>
    public int? RateLimit { get; set; }

    internal sealed class Mapping : IEntityTypeConfiguration<Partner>
    {
        public void Configure(EntityTypeBuilder<Partner> partner)
        {
            partner.ToTable("partners");
            partner.HasKey(p => p.Id);
            partner.HasIndex(p => p.Slug).IsUnique();
            partner.Property(p => p.Name).HasMaxLength(200);
        }
    }
}
