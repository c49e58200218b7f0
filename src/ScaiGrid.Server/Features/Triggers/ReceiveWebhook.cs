using ScaiGrid.Flows.Language;
using ScaiGrid.Server.Access;
using ScaiGrid.Server.Access.RateLimiting;
using ScaiGrid.Server.Features.Instances;
using ScaiGrid.Server.Features.Runs;
using ScaiGrid.Server.Kernel;

namespace ScaiGrid.Server.Features.Triggers;

/// <summary>
/// <c>POST /cores/{id}/webhook/{path}</c>, and other methods where the trigger says so: another system tells of something, and proves itself as the
/// trigger wants. Told again with the same signature, it is answered with the same run.
/// </summary>
internal static class ReceiveWebhook
{
    public sealed record Response(Id<Run> RunId, RunState Status);

    public static void Map(IEndpointRouteBuilder triggers)
    {
        foreach (var method in new[] { "POST", "GET", "PUT", "PATCH", "DELETE" })
        {
            triggers
                .MapMethods("/cores/{id}/webhook/{**path}", [method], HandleAsync)
                .WithName(method == "POST" ? "ReceiveWebhook" : $"ReceiveWebhookBy{method[0]}{method[1..].ToLowerInvariant()}")
                .WithSummary("Start a run by a Core's webhook")
                .AllowsAnybody() // the trigger's own proof is asked for
                .Answers<Response>(StatusCodes.Status202Accepted)
                .ProducesErrors(KernelErrors.Validation, KernelErrors.TooLarge, TriggerErrors.Refused, RunErrors.CoreNotRunning, InstanceErrors.Busy, AccessErrors.RateLimited);
        }
    }

    private static async Task<IResult> HandleAsync(
        string id, string? path, HttpContext http, Webhooks webhooks, RateLimits limits, TriggeredRuns runs, ServerOptions options, TimeProvider clock, CancellationToken ct)
    {
        var (body, tooLarge) = await RequestBody.ReadAsync(http, RequestBody.LimitOf(http));
        if (tooLarge is not null)
        {
            return tooLarge.ToResult();
        }

        var webhook = await webhooks.FindAsync(id, http.Request.Method, path ?? "", ct);
        if (!Admit(webhook, http.Request, body.Span, clock.GetUtcNow()).Succeeded(out var proof, out var error)
            || (error = proof.Length == 0 ? limits.TakeOpenCore(webhook!.Core.Id.Value) : limits.Take(http, webhook!.Quotas(options.RateLimits))) is not null)
        {
            TriggerMetrics.Webhook(error.Type == TriggerErrors.Refused ? "refused" : "limited");
            return error.ToResult();
        }

        if (!WebhookInput.Of(http.Request, webhook.Trigger, body).Succeeded(out var input, out error)
            || !(await runs.StartAsync(webhook.Core, OrderOf(webhook, input, proof, http), ct)).Succeeded(out var queued, out error))
        {
            TriggerMetrics.Webhook("failed");
            return error.ToResult();
        }

        TriggerMetrics.Webhook(queued.IsRepeated ? "repeated" : "accepted");
        return Reply.Accepted(new Response(queued.Run.Id, queued.Run.Status));
    }

    /// <returns>The signature; empty where the trigger asks for none.</returns>
    private static Result<string> Admit(Webhook? webhook, HttpRequest request, ReadOnlySpan<byte> body, DateTimeOffset now)
    {
        if (webhook is { Trigger.Auth: null })
        {
            return "";
        }

        // Where there is no webhook, or no secret, as much is computed as where there is one.
        var header = webhook is null ? null : request.Headers[webhook.Trigger.Auth!.Header].ToString();
        return WebhookSignature.Verify(header, body, webhook?.Secret) is not { } signature ? TriggerErrors.Stranger()
            : signature.IsFresh(now) ? signature.Hex
            : TriggerErrors.Stale(WebhookSignature.Tolerance);
    }

    private static RunOrder OrderOf(Webhook webhook, Value input, string proof, HttpContext http) =>
        new(RunTrigger.Webhook, input, TriggeredRuns.CallerOf(webhook.Core, webhook.Tenant), http.TraceIdentifier, webhook.Flow.Name)
        {
            InstanceKey = InstanceOf(webhook, input),
            CallKey = proof.Length == 0 ? null : TriggeredRuns.KeyOf("webhook", webhook.Core.Id.Value, webhook.Flow.Name, proof),
        };

    /// <summary>The entity stands where callers of the API write it, only within the body or the query.</summary>
    private static string? InstanceOf(Webhook webhook, Value input) => webhook.Core.EntityKeyField is not { } field ? null
        : new[] { input["body"][field], input["query"][field] }.FirstOrDefault(value => value.Kind is ValueKind.String or ValueKind.Number) is { IsNull: false } key ? key.ToText()
        : null;
}
