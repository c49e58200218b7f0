using ScaiGrid.Flows.Language;
using ScaiGrid.Server.Features.Cores;
using ScaiGrid.Server.Features.Tenancy;
using ScaiGrid.Server.Kernel;

namespace ScaiGrid.Server.Features.Models;

/// <summary>A model with all that a call of it needs. Never changes; neither does its row, which no context tracks.</summary>
internal sealed class CatalogueModel(FrontendModel row)
{
    public FrontendModel Row { get; } = row;

    public Id<FrontendModel> Id => Row.Id;

    public string Slug { get; } = row.Slug.Value;

    /// <summary>The partner of the tenant that the model belongs to; null for a platform-wide one.</summary>
    public Id<Partner>? PartnerId { get; init; }

    /// <summary>The groups that it stands in.</summary>
    public CatalogueGroup[] Groups { get; init; } = [];

    /// <summary>How many backends it is mapped to, those among them that cannot be used included.</summary>
    public int LinkCount { get; init; }

    /// <summary>Lower priority numbers first.</summary>
    public CatalogueLink[] Backends { get; init; } = [];

    /// <summary>The Core that this model publishes; null for other models.</summary>
    public PublishedCore? Core => Backends is [{ Backend.Core: { } core }, ..] ? core : null;
}

/// <summary>Where a model's requests go, and when.</summary>
/// <param name="Priority">Lower is tried first.</param>
/// <param name="Weight">The share among links of one priority.</param>
internal sealed record CatalogueLink(CatalogueBackend Backend, int Priority, int Weight);

/// <summary>A backend that is ready for use. A class, so that nothing prints its configuration by accident.</summary>
/// <param name="row">As it is stored.</param>
/// <param name="config">Its connection configuration with the secrets in the clear.</param>
/// <param name="core">The Core behind a backend of type <c>scaicore</c>; null for others, and when that Core is gone.</param>
internal sealed class CatalogueBackend(BackendModel row, Value config, PublishedCore? core)
{
    public Id<BackendModel> Id => row.Id;

    /// <summary>Null = the platform's.</summary>
    public Id<Tenant>? TenantId => row.TenantId;

    public string ProviderType => row.ProviderType;

    public string Name => row.Name;

    /// <summary>Seconds for one attempt; null = the server's default.</summary>
    public int? Timeout => row.Timeout;

    /// <summary>Grows with every change, so that what was made for a backend can be kept under its id and version.</summary>
    public int Version => row.Version;

    public Value Config { get; } = config;

    public PublishedCore? Core { get; } = core;

    /// <summary>Whether a call would be tried at all.</summary>
    public bool IsActive => ProviderType != ProviderTypes.Core || Core?.Status == CoreStatus.Running;
}

/// <summary>What a call must know of a Core before it loads its program.</summary>
/// <param name="Version">Grows with every change of the Core, so that a program can be kept under its id and version.</param>
/// <param name="AvatarKey">The object that holds its picture; null when there is none.</param>
internal sealed record PublishedCore(Id<Core> Id, Id<Tenant> TenantId, string Name, CoreStatus Status, int Version, string? AvatarKey)
{
    /// <summary>It was published to say its answers word by word to who asks for a stream.</summary>
    public bool Streams { get; init; }
}

/// <summary>A group, as far as deciding who sees its models.</summary>
internal sealed record CatalogueGroup(Id<ModelGroup> Id, ModelGroupScope Scope, Id<Partner>? PartnerId, Id<Tenant>? TenantId)
{
    public static CatalogueGroup Of(ModelGroup group) => new(group.Id, group.Scope, group.PartnerId, group.TenantId);
}

/// <param name="RestrictModelsToGroups">Whether the tenant's callers see only models that stand in a group within reach.</param>
internal sealed record CatalogueTenant(Id<Tenant> Id, Slug Slug, Id<Partner> PartnerId, bool RestrictModelsToGroups);
