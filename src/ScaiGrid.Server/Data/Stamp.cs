using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace ScaiGrid.Server.Data;

/// <summary>A counter that every change of one kind of data counts up, so that replicas notice it by reading one row.</summary>
internal sealed class Stamp
{
    public required string Name { get; init; }

    public long Value { get; init; }

    internal sealed class Mapping : IEntityTypeConfiguration<Stamp>
    {
        public void Configure(EntityTypeBuilder<Stamp> stamp)
        {
            stamp.ToTable("stamps");
            stamp.HasKey(s => s.Name);
            stamp.Property(s => s.Name).HasMaxLength(32);
            stamp.HasData(new Stamp { Name = "access" }, new Stamp { Name = "catalogue" }, new Stamp { Name = "tokens" }, new Stamp { Name = "budgets" }, new Stamp { Name = "webhooks" });
        }
    }
}
