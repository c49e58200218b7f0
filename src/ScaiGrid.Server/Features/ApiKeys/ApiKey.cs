using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using ScaiGrid.Server.Features.Tenancy;
using ScaiGrid.Server.Kernel;

namespace ScaiGrid.Server.Features.ApiKeys;

/// <summary>A key that acts as its user, never with more than that user's permissions. Only the secret's hash is kept.</summary>
internal sealed class ApiKey : IIdentified<ApiKey>
{
    public static string IdPrefix => "key";

    public required Id<ApiKey> Id { get; init; }

    public required Id<User> UserId { get; init; }

    /// <summary>The user's tenant; null for a super admin's key.</summary>
    public Id<Tenant>? TenantId { get; init; }

    public required string Name { get; set; }

    /// <summary>Lower-case hex SHA-256 of the whole secret.</summary>
    public required string Hash { get; set; }

    /// <summary>Enough of the secret to recognise it by: <c>sgk_</c> and four characters.</summary>
    public required string Hint { get; set; }

    /// <summary>Empty = not group-restricted; otherwise only models in these model groups are seen.</summary>
    public List<string> ModelGroups { get; set; } = [];

    /// <summary>Empty = all that the user may; otherwise at most these.</summary>
    public List<string> Permissions { get; set; } = [];

    /// <summary>Requests a minute; null = the server's default, 0 = unlimited.</summary>
    public int? RateLimit { get; set; }

    /// <summary>Null = never.</summary>
    public DateTimeOffset? ExpiresAt { get; set; }

    public DateTimeOffset? RevokedAt { get; set; }

    public required DateTimeOffset CreatedAt { get; init; }

    internal sealed class Mapping : IEntityTypeConfiguration<ApiKey>
    {
        public void Configure(EntityTypeBuilder<ApiKey> key)
        {
            key.ToTable("api_keys");
            key.HasKey(k => k.Id);
            key.HasIndex(k => k.Hash).IsUnique();
            key.HasIndex(k => k.UserId);
            key.Property(k => k.Name).HasMaxLength(200);
            key.Property(k => k.Hash).HasMaxLength(64);
            key.Property(k => k.Hint).HasMaxLength(16);
            key.HasOne<User>().WithMany().HasForeignKey(k => k.UserId).OnDelete(DeleteBehavior.Cascade);
        }
    }
}
