using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace ScaiGrid.Server.Features.Audit;

/// <summary>The end of a stream: what the next line is chained to. Locked by whoever appends.</summary>
internal sealed class AuditHead
{
    public required string Stream { get; init; }

    public long Sequence { get; set; }

    public string Hash { get; set; } = "";

    internal sealed class Mapping : IEntityTypeConfiguration<AuditHead>
    {
        public void Configure(EntityTypeBuilder<AuditHead> head)
        {
            head.ToTable("audit_heads");
            head.HasKey(h => h.Stream);
            head.Property(h => h.Stream).HasMaxLength(64);
            head.Property(h => h.Hash).HasMaxLength(64);
        }
    }
}
