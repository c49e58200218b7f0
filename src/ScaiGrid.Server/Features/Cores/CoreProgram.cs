using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using ScaiGrid.Flows.Language;
using ScaiGrid.Server.Data;
using ScaiGrid.Server.Features.Tenancy;
using ScaiGrid.Server.Kernel;

namespace ScaiGrid.Server.Features.Cores;

/// <summary>A manifest that some run began with, kept under its digest so that the run can finish on it whatever becomes of the Core.</summary>
internal sealed class CoreProgram
{
    public required Id<Tenant> TenantId { get; init; }

    public required string Digest { get; init; }

    public required Value Source { get; init; }

    internal sealed class Mapping(Db db) : IEntityTypeConfiguration<CoreProgram>
    {
        public void Configure(EntityTypeBuilder<CoreProgram> program)
        {
            program.ToTable("core_programs");
            program.HasKey(p => new { p.TenantId, p.Digest });
            program.Property(p => p.Digest).HasMaxLength(80);
            program.FilterUnlessPlatform(db, p => p.TenantId == db.TenantId);
        }
    }
}
