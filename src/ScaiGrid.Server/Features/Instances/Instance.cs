using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.ChangeTracking;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using ScaiGrid.Server.Data;
using ScaiGrid.Server.Features.Cores;
using ScaiGrid.Server.Features.Runs;
using ScaiGrid.Server.Features.Runs.Replicas;
using ScaiGrid.Server.Features.Tenancy;
using ScaiGrid.Server.Kernel;

namespace ScaiGrid.Server.Features.Instances;

/// <summary>
/// One entity of a Core, or the only instance of a singleton: what it remembers, and who has his turn. The row is changed under its lock only,
/// and is there while there is something to remember or somebody in line.
/// </summary>
internal sealed partial class Instance
{
    public required Id<Tenant> TenantId { get; init; }

    public required Id<Core> CoreId { get; init; }

    public required string Key { get; init; }

    /// <summary>The runs in the order of their arrival; it is the first one's turn.</summary>
    public IReadOnlyList<Place> Line { get; private set; } = [];

    /// <summary>How many that are.</summary>
    public int InLine { get; private set; }

    /// <summary>The variables, sealed, for they may hold secrets; null while there are none.</summary>
    public byte[]? Memory { get; private set; }

    /// <summary>Of the memory in the clear, in bytes.</summary>
    public int Size { get; private set; }

    /// <summary>Names this state of the memory, and never another one: a row that is made anew begins with another.</summary>
    public required string Revision { get; set; }

    /// <summary>The run that the memory is from.</summary>
    public Id<Run>? WrittenBy { get; private set; }

    public DateTimeOffset? WrittenAt { get; private set; }

    internal sealed class Mapping(Db db) : IEntityTypeConfiguration<Instance>
    {
        public void Configure(EntityTypeBuilder<Instance> instance)
        {
            instance.ToTable("instances");
            instance.HasKey(i => new { i.TenantId, i.CoreId, i.Key });
            var key = instance.Property(i => i.Key).HasMaxLength(InstanceKey.MaxLength);
            if (db is PostgresDb)
            {
                key.UseCollation("C"); // so that keys with one beginning stand together
            }

            instance.Property(i => i.Line).HasConversion(
                line => JsonSerializer.Serialize(line, Json.Options),
                text => JsonSerializer.Deserialize<Place[]>(text, Json.Options)!,
                new ValueComparer<IReadOnlyList<Place>>((a, b) => ReferenceEquals(a, b), line => line.Count, line => line));
            instance.Property(i => i.Revision).HasMaxLength(64);
            instance.HasOne<Core>().WithMany().HasForeignKey(i => new { i.TenantId, i.CoreId }).OnDelete(DeleteBehavior.Cascade);
            instance.FilterUnlessPlatform(db, i => i.TenantId == db.TenantId);
        }
    }
}

/// <summary>A run's place in the line of its instance.</summary>
/// <param name="Owner">The process in which it waits or is executed; null while it waits in the database.</param>
/// <param name="Stored">The run outlives the process that has it, and so does its place.</param>
internal readonly record struct Place(Id<Run> Run, Id<Replica>? Owner, bool Stored);

/// <summary>Which instance of which Core.</summary>
internal readonly record struct InstanceId(Id<Tenant> TenantId, Id<Core> CoreId, string Key)
{
    /// <summary>Of a run that belongs to one.</summary>
    public static InstanceId Of(Run run) => new(run.TenantId, run.CoreId, run.InstanceKey!);
}
