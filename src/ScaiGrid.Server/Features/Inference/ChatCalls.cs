using System.Buffers;
using ScaiGrid.Gateway.Chat;
using ScaiGrid.Gateway.Json;
using ScaiGrid.Gateway.Routing;
using ScaiGrid.Server.Access;
using ScaiGrid.Server.Features.Accounting;
using ScaiGrid.Server.Features.Accounting.Budgets;
using ScaiGrid.Server.Features.Models;
using ScaiGrid.Server.Kernel;
using Route = ScaiGrid.Gateway.Routing.Route;

namespace ScaiGrid.Server.Features.Inference;

/// <summary>
/// One chat call from a caller's request to the accounted answer; what differs between the surfaces is only how the answer is wrapped.
/// </summary>
internal sealed class ChatCalls(Catalogue catalogue, Routes routes, Dispatcher dispatcher, Meter meter, BudgetGuard budgets)
{
    /// <summary>The largest body that is read: conversations carry images.</summary>
    public const long MaxBytes = 20 << 20;

    /// <param name="wrap">Writes a whole answer's bytes in the surface's envelope.</param>
    public async Task AnswerAsync(HttpContext http, Action<ChatResult, IBufferWriter<byte>> wrap)
    {
        var (bytes, refused) = await RequestBody.ReadAsync(http, MaxBytes);
        if (refused is not null)
        {
            await http.WriteErrorAsync(refused);
            return;
        }

        if (!ChatRequest.TryParse(bytes, out var request, out var faults))
        {
            await http.WriteErrorAsync(KernelErrors.Faulty([.. faults.Select(f => new Kernel.Fault(f.Field, f.Message))]));
            return;
        }

        var principal = http.Features.Get<Principal>()!;
        if (!Find(principal, http.TraceIdentifier, request.Model).Succeeded(out var way, out var unknown))
        {
            await http.WriteErrorAsync(unknown);
            return;
        }

        var (model, route) = way;
        var (hold, overspent) = budgets.Any ? await budgets.HoldAsync(principal, BudgetGuard.EstimateOf(request, model, route), http.RequestAborted) : default;
        if (overspent is not null)
        {
            await http.WriteErrorAsync(overspent);
            return;
        }

        using var held = hold;
        var context = new ChatContext(http.TraceIdentifier) { Caller = new ChatCaller(principal, 0, http.RequestAborted) };
        await (request.Stream
            ? StreamAsync(http, principal, model, route, request, context, hold)
            : WholeAsync(http, principal, model, route, request, context, hold, wrap));
    }

    /// <summary>The model that a caller asks for, and the way to its backends.</summary>
    public Result<Way> Find(Principal principal, string requestId, string slug)
    {
        if (!catalogue.Current.Resolve(principal, slug).Succeeded(out var model, out var unknown))
        {
            return unknown;
        }

        if (routes.Of(model) is { } route)
        {
            return new Way(model, route);
        }

        meter.Record(principal, requestId, model, null, null, null, null, InferenceErrors.ModelUnavailable.Code);
        return InferenceErrors.ModelUnavailable.With($"The model '{model.Slug}' has no backend that can be asked.");
    }

    private async Task WholeAsync(
        HttpContext http, Principal principal, CatalogueModel model, Route route, ChatRequest request, ChatContext context, Hold? hold, Action<ChatResult, IBufferWriter<byte>> wrap)
    {
        using var result = await dispatcher.ChatAsync(route, request, context, http.RequestAborted);
        var error = result.Outcome is ChatOutcome.Answered or ChatOutcome.Canceled ? null : InferenceErrors.Of(result);
        meter.Record(principal, http.TraceIdentifier, model, route, result, model.Core?.Id.Value, null, error?.Type.Code, hold);
        if (error is not null)
        {
            await http.WriteErrorAsync(error);
        }
        else if (result.Outcome == ChatOutcome.Answered)
        {
            // With its length known beforehand an answer leaves in one piece, head and body together.
            using var answer = new PooledBuffer();
            wrap(result, answer);
            http.Response.ContentType = "application/json";
            http.Response.ContentLength = answer.Written.Length;
            http.Response.BodyWriter.Write(answer.Written.Span);
        }
    }

    private async Task StreamAsync(HttpContext http, Principal principal, CatalogueModel model, Route route, ChatRequest request, ChatContext context, Hold? hold)
    {
        var response = http.Response;
        response.ContentType = "text/event-stream";
        response.Headers.CacheControl = "no-cache";
        response.Headers["X-Accel-Buffering"] = "no"; // a proxy before us must pass each event on as it comes
        context = context with { IncludeUsage = http.Surface == Surface.Native };
        using var result = await dispatcher.StreamAsync(route, request, context, response.BodyWriter, http.RequestAborted);
        var error = result.Outcome is ChatOutcome.Answered or ChatOutcome.Canceled ? null : InferenceErrors.Of(result);
        meter.Record(principal, http.TraceIdentifier, model, route, result, model.Core?.Id.Value, null, error?.Type.Code, hold);
        if (error is not null && !result.ContentSent)
        {
            response.Headers.CacheControl = default;
            response.Headers.Remove("X-Accel-Buffering");
            await http.WriteErrorAsync(error);
            return;
        }

        if (result.Outcome == ChatOutcome.Canceled)
        {
            return; // nobody is listening
        }

        if (error is not null)
        {
            http.WriteErrorEvent(error);
        }

        response.BodyWriter.Write("data: [DONE]\n\n"u8);
        await response.BodyWriter.FlushAsync(http.RequestAborted);
    }
}

internal readonly record struct Way(CatalogueModel Model, Route Route);
