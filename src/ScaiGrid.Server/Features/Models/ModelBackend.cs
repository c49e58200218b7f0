using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using ScaiGrid.Server.Kernel;

namespace ScaiGrid.Server.Features.Models;

/// <summary>The link over which a frontend model's requests reach a backend.</summary>
internal sealed class ModelBackend
{
    public required Id<FrontendModel> FrontendId { get; init; }

    public required Id<BackendModel> BackendId { get; init; }

    /// <summary>Lower is tried first.</summary>
    public int Priority { get; set; }

    /// <summary>The share among links of one priority.</summary>
    public int Weight { get; set; } = 1;

    internal sealed class Mapping : IEntityTypeConfiguration<ModelBackend>
    {
        public void Configure(EntityTypeBuilder<ModelBackend> link)
        {
            link.ToTable("model_backends");
            link.HasKey(l => new { l.FrontendId, l.BackendId });
            link.HasIndex(l => l.BackendId);
            link.HasOne<FrontendModel>().WithMany().HasForeignKey(l => l.FrontendId).OnDelete(DeleteBehavior.Cascade);
            link.HasOne<BackendModel>().WithMany().HasForeignKey(l => l.BackendId).OnDelete(DeleteBehavior.Cascade);
        }
    }
}
