using Microsoft.EntityFrameworkCore;
using ScaiGrid.Server.Access;
using ScaiGrid.Server.Data;
using ScaiGrid.Server.Features.Audit;
using ScaiGrid.Server.Kernel;

namespace ScaiGrid.Server.Features.Webhooks;

/// <summary><c>PUT /v1/webhooks/{id}</c>: changes what the body names. Deliveries that are on their way go to where it points then.</summary>
internal static class UpdateWebhook
{
    /// <param name="Secret">A new one, for all deliveries from now on.</param>
    /// <param name="Status"><c>active</c> also forgets the failures that it was switched off for.</param>
    public sealed record Request(string? Url = null, IReadOnlyList<string>? Events = null, string? Secret = null, WebhookStatus? Status = null, int? MaxRetries = null);

    public static void Map(IEndpointRouteBuilder webhooks) => webhooks
        .MapPut("/{id}", HandleAsync)
        .WithName("UpdateWebhook")
        .WithSummary("Change a webhook, or switch it off and on")
        .Requires(Permissions.WebhooksManage)
        .Audits("webhook.update")
        .Answers<WebhookView>()
        .ProducesErrors(KernelErrors.Validation, WebhookErrors.NotFound);

    private static async Task<IResult> HandleAsync(
        Id<Webhook> id, Body<Request> body, Db db, Auditor auditor, WebhookSender sender, ServerOptions options, TimeProvider clock, CancellationToken ct)
    {
        var request = body.Value;
        if (WebhookSettings.Check(request.Url, request.Events, request.Secret, request.MaxRetries, options.Egress) is { Count: > 0 } faults)
        {
            return KernelErrors.Faulty(faults).ToResult();
        }

        var updated = await db.RetryOnConflictAsync<Result<Webhook>>(async () =>
        {
            if (await db.Webhooks.SingleOrDefaultAsync(w => w.Id == id, ct) is not { } webhook)
            {
                return WebhooksApi.NotFound(id);
            }

            var before = WebhookView.Of(webhook);
            (webhook.Url, webhook.Events, webhook.MaxRetries) = (request.Url ?? webhook.Url, request.Events?.Distinct().ToList() ?? webhook.Events, request.MaxRetries ?? webhook.MaxRetries);
            webhook.SealedSecret = request.Secret is { } secret ? sender.Seal(secret) : webhook.SealedSecret;
            if (request.Status == WebhookStatus.Active)
            {
                webhook.Enable();
            }

            (webhook.Status, webhook.UpdatedAt) = (request.Status ?? webhook.Status, clock.GetUtcNow());
            auditor.Changed(id.Value, before, WebhookView.Of(webhook));
            await db.SaveChangesAsync(ct);
            return webhook;
        });
        return updated.Succeeded(out var changed, out var refused) ? Reply.Ok(WebhookView.Of(changed)) : refused.ToResult();
    }
}
