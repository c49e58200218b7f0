using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using ScaiGrid.Server.Kernel;

namespace ScaiGrid.Server.Features.Runs.Replicas;

/// <summary>A process that works on this database. Runs name the one that has them; one that names a process which is not here belongs to nobody.</summary>
internal sealed class Replica : IIdentified<Replica>
{
    public static string IdPrefix => "rep";

    public required Id<Replica> Id { get; init; }

    /// <summary>Counted up while the process is alive, where its lock alone does not tell.</summary>
    public long Beat { get; init; }

    public required DateTimeOffset StartedAt { get; init; }

    internal sealed class Mapping : IEntityTypeConfiguration<Replica>
    {
        public void Configure(EntityTypeBuilder<Replica> replica)
        {
            replica.ToTable("replicas");
            replica.HasKey(r => r.Id);
        }
    }
}
