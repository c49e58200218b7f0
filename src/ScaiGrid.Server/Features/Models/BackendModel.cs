using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using ScaiGrid.Flows.Language;
using ScaiGrid.Server.Features.Tenancy;
using ScaiGrid.Server.Kernel;

namespace ScaiGrid.Server.Features.Models;

/// <summary>A concrete endpoint that requests are sent to.</summary>
internal sealed class BackendModel : IIdentified<BackendModel>
{
    public static string IdPrefix => "bm";

    public required Id<BackendModel> Id { get; init; }

    /// <summary>Null = the platform's, which may be anywhere; a tenant's own obeys the egress rules.</summary>
    public Id<Tenant>? TenantId { get; init; }

    /// <summary>A provider's word, such as <c>openai</c>, <c>custom</c>, <c>scripted</c> or <c>scaicore</c>.</summary>
    public required string ProviderType { get; set; }

    public required string Name { get; set; }

    /// <summary>What the provider needs, its secrets encrypted; for <c>scaicore</c> <c>{"core_id": …}</c>.</summary>
    public Value ConnectionConfig { get; set; } = Value.EmptyObject;

    /// <summary>Seconds for one attempt; null = the server's default.</summary>
    public int? Timeout { get; set; }

    public required DateTimeOffset CreatedAt { get; init; }

    public DateTimeOffset UpdatedAt { get; set; }

    public int Version { get; private set; }

    internal sealed class Mapping : IEntityTypeConfiguration<BackendModel>
    {
        public void Configure(EntityTypeBuilder<BackendModel> backend)
        {
            backend.ToTable("backend_models");
            backend.HasKey(b => b.Id);
            backend.HasIndex(b => b.TenantId);
            backend.Property(b => b.ProviderType).HasMaxLength(32);
            backend.Property(b => b.Name).HasMaxLength(200);
            backend.Property(b => b.Version).IsConcurrencyToken();
        }
    }
}
