using System.Globalization;
using System.Text.Json.Serialization;
using ScaiGrid.Flows.Language;
using ScaiGrid.Server.Features.Tenancy;
using ScaiGrid.Server.Kernel;

namespace ScaiGrid.Server.Features.Models;

internal enum ModelHealth { Healthy, Degraded, Unavailable }

/// <summary>A model as the API shows it.</summary>
/// <param name="InputPricePerMtok">Money for a million prompt tokens, an exact decimal as text.</param>
internal sealed record ModelView(
    Id<FrontendModel> Id,
    ModelSlug Slug,
    Id<Tenant>? TenantId,
    string DisplayName,
    string Description,
    Modality Modality,
    Value Capabilities,
    int? ContextWindow,
    int? MaxOutputTokens,
    string InputPricePerMtok,
    string OutputPricePerMtok,
    ModelStatus Status,
    Value Metadata,
    string? AvatarUrl,
    DateTimeOffset CreatedAt,
    DateTimeOffset UpdatedAt)
{
    /// <summary>Shown, like the three below, only to those who may change the model.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? SystemPromptTemplate { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public Value? DefaultParams { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<LinkView>? Backends { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<Id<ModelGroup>>? Groups { get; init; }

    /// <summary><c>degraded</c> when some of the backends would be tried, <c>unavailable</c> when none. Left out, like the counts, in answers to changes.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public ModelHealth? HealthStatus { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public int? ActiveBackendCount { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public int? TotalBackendCount { get; init; }

    /// <summary>With all that there is to know of how it is set up.</summary>
    public static ModelView Of(FrontendModel model, IEnumerable<ModelBackend> links, IEnumerable<Id<ModelGroup>> groups) =>
        Of(model, links.Select(l => new LinkView(l.BackendId, l.Priority, l.Weight)), groups);

    /// <param name="manages">Whether the reader may change it.</param>
    public static ModelView Of(CatalogueModel model, bool manages)
    {
        var active = model.Backends.Count(l => l.Backend.IsActive);
        var view = manages
            ? Of(model.Row, model.Backends.Select(l => new LinkView(l.Backend.Id, l.Priority, l.Weight)), model.Groups.Select(g => g.Id))
            : Of(model.Row);
        return view with
        {
            HealthStatus = active == 0 ? ModelHealth.Unavailable : active < model.LinkCount ? ModelHealth.Degraded : ModelHealth.Healthy,
            ActiveBackendCount = active,
            TotalBackendCount = model.LinkCount,
        };
    }

    private static ModelView Of(FrontendModel model, IEnumerable<LinkView> links, IEnumerable<Id<ModelGroup>> groups) => Of(model) with
    {
        SystemPromptTemplate = model.SystemPromptTemplate,
        DefaultParams = model.DefaultParams,
        Backends = [.. links.OrderBy(l => l.Priority).ThenBy(l => l.Backend)],
        Groups = [.. groups.Order()],
    };

    private static ModelView Of(FrontendModel m) => new(
        m.Id, m.Slug, m.TenantId, m.DisplayName, m.Description, m.Modality, m.Capabilities, m.ContextWindow, m.MaxOutputTokens,
        Show(m.InputPricePerMtok), Show(m.OutputPricePerMtok), m.Status, m.Metadata, m.AvatarUrl, m.CreatedAt, m.UpdatedAt);

    private static string Show(decimal price) => price.ToString("0.00############", CultureInfo.InvariantCulture);
}

internal sealed record LinkView(Id<BackendModel> Backend, int Priority, int Weight);
