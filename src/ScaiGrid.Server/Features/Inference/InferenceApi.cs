using System.Buffers;
using System.Text.Json;
using ScaiGrid.Gateway.Embeddings;
using ScaiGrid.Gateway.Routing;
using ScaiGrid.Server.Access;
using ScaiGrid.Server.Features.Accounting.Budgets;
using ScaiGrid.Server.Features.Models;
using ScaiGrid.Server.Kernel;

namespace ScaiGrid.Server.Features.Inference;

/// <summary><c>/v1/inference</c>: whatever the models of the catalogue can be asked for.</summary>
internal static class InferenceApi
{
    /// <summary>What any call of a model may be refused with.</summary>
    internal static readonly ErrorType[] Refusals =
    [
        KernelErrors.Validation, KernelErrors.TooLarge, ModelErrors.NotFound, ModelErrors.AccessDenied, InferenceErrors.BackendError, InferenceErrors.BackendTimeout,
        InferenceErrors.BackendRateLimited, InferenceErrors.ModelUnavailable, InferenceErrors.ShapeMismatch, BudgetErrors.Exceeded,
    ];

    public static void MapInference(this IEndpointRouteBuilder routes)
    {
        // Taken once: asking each request's own services for it would make them.
        var calls = routes.ServiceProvider.GetRequiredService<ChatCalls>();

        routes.MapPost("/v1/inference/chat", http => calls.AnswerAsync(http, Wrap))
            .WithTags("Inference")
            .WithName("Chat")
            .WithSummary("Chat with a model, whole or as a stream of server-sent events")
            .Requires(Permissions.ModelsUse)
            .AcceptsJson<JsonElement>()
            .AnswersJson<Envelope<JsonElement>>("text/event-stream")
            .ProducesErrors(Refusals);

        var dialects = routes.ServiceProvider.GetRequiredService<DialectCalls>();
        routes.MapPost("/v1/inference/generate", http => dialects.CompleteTextAsync(http, enveloped: true))
            .WithTags("Inference")
            .WithName("Generate")
            .WithSummary("Let a model answer a prompt, whole or as a stream of server-sent events")
            .Requires(Permissions.ModelsUse)
            .AcceptsJson<JsonElement>()
            .AnswersJson<Envelope<JsonElement>>("text/event-stream")
            .ProducesErrors(Refusals);

        var embeddings = routes.ServiceProvider.GetRequiredService<EmbeddingCalls>();
        routes.MapPost("/v1/inference/embed", http => embeddings.AnswerAsync(http, Wrap))
            .WithTags("Inference")
            .WithName("Embed")
            .WithSummary("Turn texts into vectors")
            .Requires(Permissions.ModelsUse)
            .AcceptsJson<JsonElement>()
            .AnswersJson<Envelope<JsonElement>>()
            .ProducesErrors(Refusals);
    }

    private static void Wrap(ChatResult result, IBufferWriter<byte> output)
    {
        output.Write("{\"status\":\"ok\",\"data\":"u8);
        result.WriteTo(output);
        output.Write("}"u8);
    }

    private static void Wrap(ChatResult result, EmbeddingEncoding encoding, IBufferWriter<byte> output)
    {
        output.Write("{\"status\":\"ok\",\"data\":"u8);
        result.WriteTo(output, encoding);
        output.Write("}"u8);
    }
}
