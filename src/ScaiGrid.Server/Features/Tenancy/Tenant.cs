using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using ScaiGrid.Server.Kernel;

namespace ScaiGrid.Server.Features.Tenancy;

internal enum TenantStatus { Active, Suspended }

/// <summary>A workspace of one partner: its users, Cores, keys and records are its own.</summary>
internal sealed class Tenant : IIdentified<Tenant>
{
    public static string IdPrefix => "tnt";

    public required Id<Tenant> Id { get; init; }

    public required Id<Partner> PartnerId { get; set; }

    /// <summary>Unique on the platform: it is part of every published model's name.</summary>
    public required Slug Slug { get; set; }

    public required string Name { get; set; }

    public TenantStatus Status { get; set; } = TenantStatus.Active;

    /// <summary>True lets every caller of the tenant see only models that stand in a group within reach.</summary>
    public bool RestrictModelsToGroups { get; set; }

    /// <summary>Requests a minute over all its users; null = the server's default, 0 = unlimited.</summary>
    public int? RateLimit { get; set; }

    internal sealed class Mapping : IEntityTypeConfiguration<Tenant>
    {
        public void Configure(EntityTypeBuilder<Tenant> tenant)
        {
            tenant.ToTable("tenants");
            tenant.HasKey(t => t.Id);
            tenant.HasIndex(t => t.Slug).IsUnique();
            tenant.HasIndex(t => t.PartnerId);
            tenant.Property(t => t.Name).HasMaxLength(200);
            tenant.HasOne<Partner>().WithMany().HasForeignKey(t => t.PartnerId).OnDelete(DeleteBehavior.Restrict);
        }
    }
}
