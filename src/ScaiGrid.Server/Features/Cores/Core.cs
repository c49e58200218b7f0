using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using ScaiGrid.Flows.Language;
using ScaiGrid.Server.Data;
using ScaiGrid.Server.Features.Delegation;
using ScaiGrid.Server.Features.Tenancy;
using ScaiGrid.Server.Kernel;

namespace ScaiGrid.Server.Features.Cores;

internal enum CoreStatus { Created, Starting, Running, Paused, Stopping, Stopped, Error, Crashed, Restarting }

internal enum RuntimeMode { EventDriven, Interactive, Api, Model }

internal enum ConcurrencyMode { Stateless, Entity, Singleton }

internal enum CheckpointMode { Auto, VisualQueue, Routed }

internal enum PrivilegeLevel { Standard, Elevated, Admin }

/// <summary>A deployed program of one tenant.</summary>
internal sealed partial class Core : IIdentified<Core>
{
    public static string IdPrefix => "core";

    public required Id<Core> Id { get; init; }

    public required Id<Tenant> TenantId { get; init; }

    public required string Name { get; set; }

    /// <summary>Made from the first name, unique in the tenant, and fixed for life: it is part of the published model's name.</summary>
    public required Slug Slug { get; init; }

    public CoreStatus Status { get; private set; } = CoreStatus.Created;

    public RuntimeMode RuntimeMode { get; set; } = RuntimeMode.EventDriven;

    public ConcurrencyMode ConcurrencyMode { get; set; } = ConcurrencyMode.Stateless;

    /// <summary>The input field that tells entities apart; null unless the mode is <see cref="ConcurrencyMode.Entity"/>.</summary>
    public string? EntityKeyField { get; set; }

    /// <summary>The manifest as an object, <c>{"core": {…}}</c>; <c>{}</c> while there is none.</summary>
    public Value Source { get; set; } = Value.EmptyObject;

    public Value Plugins { get; set; } = Value.EmptyArray;

    /// <summary>Name → plain value, or <c>{"type": "secret", "value": …}</c> with the value encrypted.</summary>
    public Value Environment { get; set; } = Value.EmptyObject;

    public Value ResourceLimits { get; set; } = Value.EmptyObject;

    public CheckpointMode CheckpointMode { get; set; } = CheckpointMode.Auto;

    public PrivilegeLevel PrivilegeLevel { get; set; } = PrivilegeLevel.Standard;

    /// <summary>The owner's own members, and the server's <c>published…</c> ones.</summary>
    public Value Metadata { get; private set; } = Value.EmptyObject;

    /// <summary>The user as whom its runs act; null = as the Core itself.</summary>
    public CoreDelegation? Delegation { get; set; }

    /// <summary>The object that holds the avatar; null when there is none.</summary>
    public string? AvatarKey { get; set; }

    public string? AvatarUrl => AvatarKey is null ? null : $"/v1/modules/scaicore/cores/{Id}/avatar";

    public required Id<User> CreatedBy { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    public DateTimeOffset UpdatedAt { get; private set; }

    /// <summary>Counts the changes; also the Core's ETag.</summary>
    public int Version { get; private set; } = 1;

    /// <summary>Every change says so, once.</summary>
    public void Touch(DateTimeOffset now) => (UpdatedAt, Version) = (now, Version + 1);

    internal sealed class Mapping(Db db) : IEntityTypeConfiguration<Core>
    {
        public void Configure(EntityTypeBuilder<Core> core)
        {
            core.ToTable("cores");
            core.HasKey(c => new { c.TenantId, c.Id });
            core.HasIndex(c => new { c.TenantId, c.Slug }).IsUnique();
            core.HasIndex(c => c.Id); // a webhook names no tenant
            core.Ignore(c => c.Publication);
            core.Property(c => c.Name).HasMaxLength(200);
            core.Property(c => c.EntityKeyField).HasMaxLength(100);
            core.Property(c => c.Delegation).HasConversion(
                delegation => JsonSerializer.Serialize(delegation, Json.Options), text => JsonSerializer.Deserialize<CoreDelegation>(text, Json.Options));
            core.Property(c => c.Version).IsConcurrencyToken();
            core.FilterUnlessPlatform(db, c => c.TenantId == db.TenantId);
        }
    }
}
