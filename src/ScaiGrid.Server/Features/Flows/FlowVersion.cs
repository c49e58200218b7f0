using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using ScaiGrid.Flows;
using ScaiGrid.Server.Data;
using ScaiGrid.Server.Features.Tenancy;
using ScaiGrid.Server.Kernel;

namespace ScaiGrid.Server.Features.Flows;

/// <summary>One content that a flow has had, kept for ever under its own version.</summary>
internal sealed class FlowVersion
{
    public required Id<Tenant> TenantId { get; init; }

    public required Id<Flow> FlowId { get; init; }

    /// <summary>1, 2, 3, … within the flow.</summary>
    public required int Sequence { get; init; }

    public required SemVer Version { get; init; }

    /// <summary>The object that holds it.</summary>
    public required string ContentKey { get; init; }

    /// <summary>As <see cref="Flow.ContentDigest"/>.</summary>
    public required string ContentDigest { get; init; }

    public required int Bytes { get; init; }

    public required Id<User> CreatedBy { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    internal sealed class Mapping(Db db) : IEntityTypeConfiguration<FlowVersion>
    {
        public void Configure(EntityTypeBuilder<FlowVersion> version)
        {
            version.ToTable("flow_versions");
            version.HasKey(v => new { v.TenantId, v.FlowId, v.Sequence });
            version.HasIndex(v => new { v.TenantId, v.FlowId, v.Version }).IsUnique();
            version.Property(v => v.ContentKey).HasMaxLength(512);
            version.Property(v => v.ContentDigest).HasMaxLength(80);
            version.HasOne<Flow>().WithMany().HasForeignKey(v => new { v.TenantId, v.FlowId }).OnDelete(DeleteBehavior.Cascade);
            version.FilterUnlessPlatform(db, v => v.TenantId == db.TenantId);
        }
    }
}
