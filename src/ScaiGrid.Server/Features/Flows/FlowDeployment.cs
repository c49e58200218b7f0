using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using ScaiGrid.Flows;
using ScaiGrid.Server.Data;
using ScaiGrid.Server.Features.Cores;
using ScaiGrid.Server.Features.Tenancy;
using ScaiGrid.Server.Kernel;

namespace ScaiGrid.Server.Features.Flows;

/// <summary>One time that a flow was made a Core's program. Its manifest is kept under its digest, see <see cref="CoreProgram"/>.</summary>
internal sealed class FlowDeployment : IIdentified<FlowDeployment>
{
    public static string IdPrefix => "dep";

    public required Id<FlowDeployment> Id { get; init; }

    public required Id<Tenant> TenantId { get; init; }

    public required Id<Flow> FlowId { get; init; }

    /// <summary>1, 2, 3, … within the flow; the last one is what runs.</summary>
    public required int Sequence { get; init; }

    /// <summary>Deleted since then, it may be.</summary>
    public required Id<Core> CoreId { get; init; }

    /// <summary>What a new Core would be called.</summary>
    public required string CoreName { get; init; }

    public required SemVer ContentVersion { get; init; }

    public required string ManifestDigest { get; init; }

    /// <summary>The model's name; null when the Core was not published then.</summary>
    public string? PublishedSlug { get; init; }

    public required Id<User> DeployedBy { get; init; }

    public required DateTimeOffset DeployedAt { get; init; }

    /// <summary>The deployment that this one went back to; null for one of the flow as it was.</summary>
    public Id<FlowDeployment>? RollbackOf { get; init; }

    internal sealed class Mapping(Db db) : IEntityTypeConfiguration<FlowDeployment>
    {
        public void Configure(EntityTypeBuilder<FlowDeployment> deployment)
        {
            deployment.ToTable("flow_deployments");
            deployment.HasKey(d => new { d.TenantId, d.Id });
            deployment.HasIndex(d => new { d.TenantId, d.FlowId, d.Sequence }).IsUnique(); // of two at the same time one decides again on what the other did
            deployment.Property(d => d.CoreName).HasMaxLength(200);
            deployment.Property(d => d.ManifestDigest).HasMaxLength(80);
            deployment.Property(d => d.PublishedSlug).HasMaxLength(200);
            deployment.HasOne<Flow>().WithMany().HasForeignKey(d => new { d.TenantId, d.FlowId }).OnDelete(DeleteBehavior.Cascade);
            deployment.FilterUnlessPlatform(db, d => d.TenantId == db.TenantId);
        }
    }
}
