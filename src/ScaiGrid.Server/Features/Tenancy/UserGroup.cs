using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using ScaiGrid.Server.Kernel;

namespace ScaiGrid.Server.Features.Tenancy;

/// <summary>People of one tenant who are addressed together, such as the reviewers of a checkpoint.</summary>
internal sealed class UserGroup : IIdentified<UserGroup>
{
    public static string IdPrefix => "group";

    public required Id<UserGroup> Id { get; init; }

    public required Id<Tenant> TenantId { get; init; }

    public required string Name { get; set; }

    internal sealed class Mapping : IEntityTypeConfiguration<UserGroup>
    {
        public void Configure(EntityTypeBuilder<UserGroup> group)
        {
            group.ToTable("user_groups");
            group.HasKey(g => g.Id);
            group.HasIndex(g => g.TenantId);
            group.Property(g => g.Name).HasMaxLength(200);
            group.HasOne<Tenant>().WithMany().HasForeignKey(g => g.TenantId).OnDelete(DeleteBehavior.Restrict);
        }
    }
}
