using System.Buffers;
using ScaiGrid.Gateway.Routing;
using ScaiGrid.Server.Access;
using ScaiGrid.Server.Features.Models;
using ScaiGrid.Server.Kernel;

namespace ScaiGrid.Server.Features.Inference;

/// <summary><c>POST /v1/inference/chat</c>: a conversation with any model of the catalogue.</summary>
internal static class InferenceApi
{
    public static void MapInference(this IEndpointRouteBuilder routes)
    {
        // Taken once: asking each request's own services for it would make them.
        var calls = routes.ServiceProvider.GetRequiredService<ChatCalls>();

        routes.MapPost("/v1/inference/chat", http => calls.AnswerAsync(http, Wrap))
            .WithTags("Inference")
            .WithName("Chat")
            .WithSummary("Chat with a model, whole or as a stream of server-sent events")
            .Requires(Permissions.ModelsUse)
            .AcceptsJson<System.Text.Json.JsonElement>()
            .AnswersJson<Envelope<System.Text.Json.JsonElement>>("text/event-stream")
            .ProducesErrors(
                KernelErrors.Validation, KernelErrors.TooLarge, ModelErrors.NotFound, ModelErrors.AccessDenied, InferenceErrors.BackendError, InferenceErrors.BackendTimeout,
                InferenceErrors.BackendRateLimited, InferenceErrors.ModelUnavailable, InferenceErrors.ShapeMismatch);
    }

    private static void Wrap(ChatResult result, IBufferWriter<byte> output)
    {
        output.Write("{\"status\":\"ok\",\"data\":"u8);
        result.WriteTo(output);
        output.Write("}"u8);
    }
}
