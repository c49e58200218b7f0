using System.Buffers;
using ScaiGrid.Gateway.Chat;
using ScaiGrid.Gateway.Embeddings;
using ScaiGrid.Gateway.Json;
using ScaiGrid.Gateway.Routing;
using ScaiGrid.Server.Access;
using ScaiGrid.Server.Features.Accounting;
using ScaiGrid.Server.Features.Accounting.Budgets;
using ScaiGrid.Server.Kernel;

namespace ScaiGrid.Server.Features.Inference;

/// <summary>One request for embeddings, from the caller to the accounted answer, by the way that chats go.</summary>
internal sealed class EmbeddingCalls(ChatCalls chats, Dispatcher dispatcher, Meter meter, BudgetGuard budgets)
{
    /// <param name="wrap">Writes an answer's bytes in the surface's envelope.</param>
    public async Task AnswerAsync(HttpContext http, Action<ChatResult, EmbeddingEncoding, IBufferWriter<byte>> wrap)
    {
        var (bytes, refused) = await RequestBody.ReadAsync(http, ChatCalls.MaxBytes);
        if (refused is not null)
        {
            await http.WriteErrorAsync(refused);
            return;
        }

        if (!EmbeddingRequest.TryParse(bytes, out var request, out var faults))
        {
            await http.WriteErrorAsync(KernelErrors.Faulty([.. faults.Select(f => new Kernel.Fault(f.Field, f.Message))]));
            return;
        }

        var principal = http.Features.Get<Principal>()!;
        if (!chats.Find(principal, http.TraceIdentifier, request.Model).Succeeded(out var way, out var unknown))
        {
            await http.WriteErrorAsync(unknown);
            return;
        }

        var (hold, overspent) = budgets.Any
            ? await budgets.HoldAsync(principal, BudgetGuard.EstimateOf(new Usage(request.EstimatedPromptTokens, 0), way.Route), http.RequestAborted)
            : default;
        if (overspent is not null)
        {
            await http.WriteErrorAsync(overspent);
            return;
        }

        using var held = hold;
        using var result = await dispatcher.EmbedAsync(way.Route, request, new(http.TraceIdentifier), http.RequestAborted);
        var error = result.Outcome is ChatOutcome.Answered or ChatOutcome.Canceled ? null : InferenceErrors.Of(result);
        meter.Record(principal, http.TraceIdentifier, way.Model, way.Route, result, null, null, error?.Type.Code, hold);
        if (error is not null)
        {
            await http.WriteErrorAsync(error);
        }
        else if (result.Outcome == ChatOutcome.Answered)
        {
            using var answer = new PooledBuffer();
            wrap(result, request.Encoding, answer);
            http.Response.ContentType = "application/json";
            http.Response.ContentLength = answer.Length;
            http.Response.BodyWriter.Write(answer.Written.Span);
        }
    }
}
