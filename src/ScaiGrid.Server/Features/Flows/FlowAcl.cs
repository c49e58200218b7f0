using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using ScaiGrid.Server.Data;
using ScaiGrid.Server.Features.Tenancy;
using ScaiGrid.Server.Kernel;

namespace ScaiGrid.Server.Features.Flows;

/// <summary>What a caller may do with one flow. Each level includes those before it.</summary>
internal enum FlowLevel { View, Edit, Deploy, Admin }

internal enum FlowPrincipalType { User, Group }

/// <summary>One grant of a level on a flow to a person or to a group of them.</summary>
internal sealed class FlowAcl : IIdentified<FlowAcl>
{
    public static string IdPrefix => "acl";

    public required Id<FlowAcl> Id { get; init; }

    public required Id<Tenant> TenantId { get; init; }

    public required Id<Flow> FlowId { get; init; }

    public required FlowPrincipalType PrincipalType { get; init; }

    /// <summary>The id of a user or of a user group of the tenant.</summary>
    public required string PrincipalId { get; init; }

    public required FlowLevel Level { get; set; }

    public required Id<User> GrantedBy { get; set; }

    public required DateTimeOffset GrantedAt { get; set; }

    internal sealed class Mapping(Db db) : IEntityTypeConfiguration<FlowAcl>
    {
        public void Configure(EntityTypeBuilder<FlowAcl> acl)
        {
            acl.ToTable("flow_acls");
            acl.HasKey(a => new { a.TenantId, a.Id });
            acl.HasIndex(a => new { a.TenantId, a.FlowId, a.PrincipalType, a.PrincipalId }).IsUnique();
            acl.HasIndex(a => new { a.TenantId, a.PrincipalType, a.PrincipalId });
            acl.Property(a => a.PrincipalId).HasMaxLength(64);
            acl.HasOne<Flow>().WithMany().HasForeignKey(a => new { a.TenantId, a.FlowId }).OnDelete(DeleteBehavior.Cascade);
            acl.FilterUnlessPlatform(db, a => a.TenantId == db.TenantId);
        }
    }
}
