using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using ScaiGrid.Server.Features.Tenancy;
using ScaiGrid.Server.Kernel;

namespace ScaiGrid.Server.Features.Models;

internal enum ModelGroupScope { Global, Partner, Tenant }

/// <summary>A set of models that is shown to callers together.</summary>
internal sealed class ModelGroup : IIdentified<ModelGroup>
{
    private readonly List<ModelGroupMember> _members = [];

    public static string IdPrefix => "mg";

    public required Id<ModelGroup> Id { get; init; }

    public required string Name { get; set; }

    public required ModelGroupScope Scope { get; init; }

    /// <summary>Set for <see cref="ModelGroupScope.Partner"/> only.</summary>
    public Id<Partner>? PartnerId { get; init; }

    /// <summary>Set for <see cref="ModelGroupScope.Tenant"/> only.</summary>
    public Id<Tenant>? TenantId { get; init; }

    /// <summary>The group that a tenant's models are put in when nobody says where.</summary>
    public bool IsDefault { get; set; }

    public required DateTimeOffset CreatedAt { get; init; }

    public int Version { get; private set; }

    public IReadOnlyList<ModelGroupMember> Members => _members;

    /// <summary>Adding what is in it already changes nothing.</summary>
    public void Add(ModelSlug slug)
    {
        if (!_members.Exists(m => m.Slug == slug))
        {
            _members.Add(new(slug));
        }
    }

    /// <returns>False when it was not in it.</returns>
    public bool Remove(ModelSlug slug) => _members.RemoveAll(m => m.Slug == slug) > 0;

    internal sealed class Mapping : IEntityTypeConfiguration<ModelGroup>
    {
        public void Configure(EntityTypeBuilder<ModelGroup> group)
        {
            group.ToTable("model_groups");
            group.HasKey(g => g.Id);
            group.HasIndex(g => g.TenantId);
            group.HasIndex(g => g.PartnerId);
            group.Property(g => g.Name).HasMaxLength(200);
            group.Property(g => g.Version).IsConcurrencyToken();
            group.OwnsMany(g => g.Members, member =>
            {
                member.ToTable("model_group_members");
                member.WithOwner().HasForeignKey("GroupId");
                member.HasKey("GroupId", nameof(ModelGroupMember.Slug));
                member.HasIndex(m => m.Slug);
            });
        }
    }
}

internal sealed record ModelGroupMember(ModelSlug Slug);
