using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using ScaiGrid.Server.Kernel;

namespace ScaiGrid.Server.Features.Tenancy;

/// <summary>A program that signs in with client credentials.</summary>
internal sealed class ServiceClient : IIdentified<ServiceClient>
{
    public static string IdPrefix => "client";

    public required Id<ServiceClient> Id { get; init; }

    /// <summary>Null for a client of the platform.</summary>
    public Id<Tenant>? TenantId { get; set; }

    /// <summary>ASP.NET Identity's versioned hash (PBKDF2) of the secret.</summary>
    public required string SecretHash { get; set; }

    public List<string> Roles { get; set; } = [];

    public List<string> Permissions { get; set; } = [];

    /// <summary>What the client may, as if it were a person; no such user is stored.</summary>
    public User AsUser() => new()
    {
        Id = new(Id.Value),
        TenantId = TenantId,
        Email = "",
        Name = Id.Value,
        Roles = Roles,
        Permissions = Permissions,
        CreatedAt = DateTimeOffset.UnixEpoch,
    };

    internal sealed class Mapping : IEntityTypeConfiguration<ServiceClient>
    {
        public void Configure(EntityTypeBuilder<ServiceClient> client)
        {
            client.ToTable("service_clients");
            client.HasKey(c => c.Id);
            client.HasOne<Tenant>().WithMany().HasForeignKey(c => c.TenantId).OnDelete(DeleteBehavior.Restrict);
        }
    }
}
