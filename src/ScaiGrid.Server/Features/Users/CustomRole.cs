using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using ScaiGrid.Server.Data;
using ScaiGrid.Server.Features.Tenancy;
using ScaiGrid.Server.Kernel;

namespace ScaiGrid.Server.Features.Users;

/// <summary>A named set of permissions of a tenant's own, which its users may hold besides the built-in roles.</summary>
internal sealed class CustomRole : IIdentified<CustomRole>
{
    public static string IdPrefix => "role";

    public required Id<CustomRole> Id { get; init; }

    public required Id<Tenant> TenantId { get; init; }

    public required string Name { get; set; }

    /// <summary>Made of the first name, unique in the tenant.</summary>
    public required Slug Slug { get; init; }

    public string? Description { get; set; }

    public List<string> Permissions { get; set; } = [];

    public required string CreatedBy { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    public DateTimeOffset UpdatedAt { get; set; }

    /// <summary>Keeps what users may by their custom roles as the roles have it. It is on record with each user, so that signing in asks for nothing more.</summary>
    public static void Apply(User user, IReadOnlyCollection<CustomRole> roles) =>
        user.RolePermissions = [.. roles.Where(r => user.CustomRoles.Contains(r.Id.Value)).SelectMany(r => r.Permissions).Distinct().Order(StringComparer.Ordinal)];

    internal sealed class Mapping(Db db) : IEntityTypeConfiguration<CustomRole>
    {
        public void Configure(EntityTypeBuilder<CustomRole> role)
        {
            role.ToTable("custom_roles");
            role.HasKey(r => new { r.TenantId, r.Id });
            role.HasIndex(r => new { r.TenantId, r.Slug }).IsUnique();
            role.Property(r => r.Name).HasMaxLength(200);
            role.Property(r => r.Description).HasMaxLength(2000);
            role.Property(r => r.CreatedBy).HasMaxLength(64);
            role.HasOne<Tenant>().WithMany().HasForeignKey(r => r.TenantId).OnDelete(DeleteBehavior.Restrict);
            role.FilterUnlessPlatform(db, r => r.TenantId == db.TenantId);
        }
    }
}
