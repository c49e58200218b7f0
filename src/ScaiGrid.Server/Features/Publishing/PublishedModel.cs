using ScaiGrid.Flows.Language;
using ScaiGrid.Server.Features.Cores;
using ScaiGrid.Server.Features.Models;
using ScaiGrid.Server.Kernel;

namespace ScaiGrid.Server.Features.Publishing;

/// <summary>How a Core looks as a model. Pure: the rows for a Core, and what an edit of the Core changes in them.</summary>
internal static class PublishedModel
{
    public static BackendModel BackendOf(Core core, Id<BackendModel> id, bool streams, DateTimeOffset now) => new()
    {
        Id = id,
        TenantId = core.TenantId,
        ProviderType = ProviderTypes.Core,
        Name = core.Name,
        ConnectionConfig = Value.Object([new("core_id", core.Id.Value), .. streams ? [new("streaming", true)] : (KeyValuePair<string, Value>[])[]]),
        CreatedAt = now,
        UpdatedAt = now,
    };

    public static FrontendModel FrontendOf(Core core, Id<FrontendModel> id, ModelSlug slug, bool streams, DateTimeOffset now)
    {
        var model = new FrontendModel
        {
            Id = id,
            Slug = slug,
            TenantId = core.TenantId,
            DisplayName = core.Name,
            Capabilities = Value.Object([new("tool_use", true), new("streaming", streams)]),
            CreatedAt = now,
        };
        Rewrite(model, core, now);
        return model;
    }

    /// <summary>Makes the model say again what the Core says now.</summary>
    public static void Rewrite(FrontendModel model, Core core, DateTimeOffset now)
    {
        model.DisplayName = core.Name;
        model.Description = core.Metadata["description"].AsString() ?? core.Persona ?? "";
        model.SystemPromptTemplate = core.Persona;
        model.AvatarUrl = core.AvatarKey is null ? null : $"/v1/models/{model.Id}/avatar";
        model.Metadata = Value.Object([new("core_id", core.Id.Value), new("runtime_mode", Show(core.RuntimeMode))]);
        model.UpdatedAt = now;
    }

    private static string Show(RuntimeMode mode) => System.Text.Json.JsonNamingPolicy.SnakeCaseLower.ConvertName(mode.ToString());
}
