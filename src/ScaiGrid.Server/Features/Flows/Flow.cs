using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using ScaiGrid.Flows;
using ScaiGrid.Server.Data;
using ScaiGrid.Server.Features.Tenancy;
using ScaiGrid.Server.Kernel;

namespace ScaiGrid.Server.Features.Flows;

/// <summary>
/// An author's flow in one tenant. Its graph is an object in the store, one for each version, see <see cref="FlowVersion"/>; the row says which is current.
/// </summary>
internal sealed class Flow : IIdentified<Flow>
{
    public const int NameLength = 200, DescriptionLength = 4000;

    public static string IdPrefix => "flow";

    public required Id<Flow> Id { get; init; }

    public required Id<Tenant> TenantId { get; init; }

    /// <summary>Holds the level <see cref="FlowLevel.Admin"/> without a grant.</summary>
    public required Id<User> OwnerId { get; set; }

    public required string Name { get; set; }

    public string? Description { get; set; }

    /// <summary>The current content's version, which its author sees.</summary>
    public SemVer ContentVersion { get; private set; }

    /// <summary>How many contents the flow has had; the current one's <see cref="FlowVersion.Sequence"/>.</summary>
    public int ContentSequence { get; private set; }

    /// <summary>The object that holds the current content.</summary>
    public string ContentKey { get; private set; } = "";

    /// <summary>SHA-256 over the content without its <c>id</c> and <c>version</c>: tells whether a save changes anything.</summary>
    public string ContentDigest { get; private set; } = "";

    public required DateTimeOffset CreatedAt { get; init; }

    public DateTimeOffset UpdatedAt { get; private set; }

    /// <summary>Null while the flow is there. A deleted one can be restored.</summary>
    public DateTimeOffset? DeletedAt { get; private set; }

    /// <summary>Counts the changes of any kind; also the flow's ETag.</summary>
    public int Version { get; private set; } = 1;

    /// <summary>Every change says so.</summary>
    public void Touch(DateTimeOffset now) => UpdatedAt = now;

    /// <summary>Makes a stored content the current one.</summary>
    public void Take(FlowVersion version)
    {
        (ContentVersion, ContentSequence, ContentKey, ContentDigest) = (version.Version, version.Sequence, version.ContentKey, version.ContentDigest);
        Touch(version.CreatedAt);
    }

    public void Delete(DateTimeOffset now) => (DeletedAt, UpdatedAt) = (now, now);

    public void Restore(DateTimeOffset now) => (DeletedAt, UpdatedAt) = (null, now);

    internal sealed class Mapping(Db db) : IEntityTypeConfiguration<Flow>
    {
        public void Configure(EntityTypeBuilder<Flow> flow)
        {
            flow.ToTable("flows");
            flow.HasKey(f => new { f.TenantId, f.Id });
            flow.HasIndex(f => new { f.TenantId, f.OwnerId });
            flow.Property(f => f.Name).HasMaxLength(NameLength);
            flow.Property(f => f.Description).HasMaxLength(DescriptionLength);
            flow.Property(f => f.ContentKey).HasMaxLength(512);
            flow.Property(f => f.ContentDigest).HasMaxLength(80);
            flow.Property(f => f.Version).IsConcurrencyToken();
            flow.FilterUnlessPlatform(db, f => f.TenantId == db.TenantId);
        }
    }
}
