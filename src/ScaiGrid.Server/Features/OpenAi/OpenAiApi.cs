using System.Text.Json;
using ScaiGrid.Server.Access;
using ScaiGrid.Server.Features.Inference;
using ScaiGrid.Server.Features.Models;
using ScaiGrid.Server.Kernel;

namespace ScaiGrid.Server.Features.OpenAi;

/// <summary>The surface that OpenAI's own clients speak to, with <c>base_url</c> set to <c>…/oai/v1</c>.</summary>
internal static class OpenAiApi
{
    public static void MapOpenAi(this IEndpointRouteBuilder routes)
    {
        var openAi = routes.MapGroup("/oai/v1").WithTags("OpenAI");

        var calls = routes.ServiceProvider.GetRequiredService<ChatCalls>();

        openAi.MapPost("/chat/completions", http => calls.AnswerAsync(http, static (result, output) => result.WriteTo(output)))
            .WithName("OpenAiChatCompletions")
            .WithSummary("Chat with a model, in OpenAI's shapes")
            .Requires(Permissions.ModelsUse)
            .AcceptsJson<JsonElement>()
            .AnswersJson<JsonElement>("text/event-stream")
            .ProducesErrors(InferenceApi.Refusals);

        var dialects = routes.ServiceProvider.GetRequiredService<DialectCalls>();
        openAi.MapPost("/completions", http => dialects.CompleteTextAsync(http, enveloped: false))
            .WithName("OpenAiCompletions")
            .WithSummary("Let a model answer a prompt, in OpenAI's shapes")
            .Requires(Permissions.ModelsUse)
            .AcceptsJson<JsonElement>()
            .AnswersJson<JsonElement>("text/event-stream")
            .ProducesErrors(InferenceApi.Refusals);

        openAi.MapPost("/responses", dialects.RespondAsync)
            .WithName("OpenAiResponses")
            .WithSummary("Ask a model in the words of OpenAI's Responses API; nothing is kept between calls")
            .Requires(Permissions.ModelsUse)
            .AcceptsJson<JsonElement>()
            .AnswersJson<JsonElement>("text/event-stream")
            .ProducesErrors(InferenceApi.Refusals);

        var embeddings = routes.ServiceProvider.GetRequiredService<EmbeddingCalls>();
        openAi.MapPost("/embeddings", http => embeddings.AnswerAsync(http, static (result, encoding, output) => result.WriteTo(output, encoding)))
            .WithName("OpenAiEmbeddings")
            .WithSummary("Turn texts into vectors, in OpenAI's shapes")
            .Requires(Permissions.ModelsUse)
            .AcceptsJson<JsonElement>()
            .AnswersJson<JsonElement>()
            .ProducesErrors(InferenceApi.Refusals);

        openAi.MapGet("/models", (Principal caller, Catalogue catalogue) => Results.Json(new OpenAiList([.. Visible(caller, catalogue.Current).Select(OpenAiModel.Of)]), Json.Options))
            .WithName("OpenAiListModels")
            .WithSummary("List the models that the caller may use")
            .Requires(Permissions.ModelsList)
            .Produces<OpenAiList>();

        openAi.MapGet("/models/{**id}", GetModel)
            .WithName("OpenAiGetModel")
            .WithSummary("Get one model")
            .Requires(Permissions.ModelsList)
            .Produces<OpenAiModel>()
            .ProducesErrors(ModelErrors.NotFound, ModelErrors.AccessDenied);
    }

    private static IResult GetModel(string id, Principal caller, Catalogue catalogue) =>
        catalogue.Current.Resolve(caller, Uri.UnescapeDataString(id)).Succeeded(out var model, out var error)
            ? Results.Json(OpenAiModel.Of(model), Json.Options)
            : error.ToResult();

    private static IEnumerable<CatalogueModel> Visible(Principal caller, CatalogueSnapshot snapshot) =>
        snapshot.Models.Where(m => snapshot.See(caller, m) == Sight.Visible);
}

internal sealed record OpenAiList(IReadOnlyList<OpenAiModel> Data)
{
    public string Object { get; } = "list";
}

/// <param name="OwnedBy">The first segment of the slug.</param>
internal sealed record OpenAiModel(string Id, long Created, string OwnedBy, int? ContextWindow, int? MaxOutputTokens, string? AvatarUrl)
{
    public string Object { get; } = "model";

    public static OpenAiModel Of(CatalogueModel model) => new(
        model.Slug, model.Row.CreatedAt.ToUnixTimeSeconds(), model.Slug.Split('/')[0], model.Row.ContextWindow, model.Row.MaxOutputTokens, model.Row.AvatarUrl);
}
