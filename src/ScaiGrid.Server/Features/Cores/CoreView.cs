using System.Text.Json.Serialization;
using ScaiGrid.Flows.Language;
using ScaiGrid.Server.Features.Models;
using ScaiGrid.Server.Features.Tenancy;
using ScaiGrid.Server.Kernel;

namespace ScaiGrid.Server.Features.Cores;

/// <summary>A Core as callers see it: secrets masked.</summary>
internal sealed record CoreView(
    Id<Core> Id,
    Id<Tenant> TenantId,
    string Name,
    Slug Slug,
    CoreStatus Status,
    RuntimeMode RuntimeMode,
    ConcurrencyMode ConcurrencyMode,
    string? EntityKeyField,
    Value Source,
    Value Plugins,
    Value Environment,
    Value ResourceLimits,
    CheckpointMode CheckpointMode,
    PrivilegeLevel PrivilegeLevel,
    Value Metadata,
    string? AvatarUrl,
    Id<User> CreatedBy,
    DateTimeOffset CreatedAt,
    DateTimeOffset UpdatedAt,
    int Version)
{
    /// <summary>Beside the answer to a publication only: where the model went, and which of the requested groups it did not go to.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public PublicationView? Publication { get; init; }

    public static CoreView Of(Core core) => new(
        core.Id, core.TenantId, core.Name, core.Slug, core.Status, core.RuntimeMode, core.ConcurrencyMode, core.EntityKeyField, core.Source, CorePlugins.Mask(core.Plugins),
        CoreEnvironment.Mask(core.Environment), core.ResourceLimits, core.CheckpointMode, core.PrivilegeLevel, core.Metadata,
        core.AvatarUrl, core.CreatedBy, core.CreatedAt, core.UpdatedAt, core.Version);
}

internal sealed record PublicationView(ModelSlug Slug, Id<FrontendModel> ModelId, IReadOnlyList<string> GroupIds, IReadOnlyList<string> DroppedGroupIds);
