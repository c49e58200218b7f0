using Microsoft.EntityFrameworkCore;
using ScaiGrid.Server.Access;
using ScaiGrid.Server.Data;
using ScaiGrid.Server.Features.Audit;
using ScaiGrid.Server.Kernel;

namespace ScaiGrid.Server.Features.Webhooks;

/// <summary><c>POST /v1/webhooks/{id}/test</c>: sends an event now, once, and tells how it went.</summary>
internal static class TestWebhook
{
    /// <param name="StatusCode">Null when there was no answer.</param>
    /// <param name="Error">Null when it went well.</param>
    public sealed record Response(string DeliveryId, int? StatusCode, int DurationMs, string? Error);

    public static void Map(IEndpointRouteBuilder webhooks) => webhooks
        .MapPost("/{id}/test", HandleAsync)
        .WithName("TestWebhook")
        .WithSummary("Send a webhook.test event now and tell how it went")
        .Requires(Permissions.WebhooksManage)
        .Audits("webhook.test")
        .Answers<Response>()
        .ProducesErrors(WebhookErrors.NotFound);

    private static async Task<IResult> HandleAsync(Id<Webhook> id, Principal caller, Db db, Auditor auditor, WebhookSender sender, IdSource ids, TimeProvider clock, CancellationToken ct)
    {
        if (await db.Webhooks.AsNoTracking().SingleOrDefaultAsync(w => w.Id == id, ct) is not { } webhook)
        {
            return WebhooksApi.NotFound(id).ToResult();
        }

        var now = clock.GetUtcNow();
        var happened = OutgoingEvent.Of(ids, webhook.TenantId, caller.PartnerId, EventTypes.Test, new { WebhookId = id }, now);
        var delivery = new WebhookDelivery
        {
            TenantId = webhook.TenantId,
            Id = ids.New("dlv"),
            WebhookId = id,
            EventId = happened.Id,
            EventType = happened.Type,
            Body = happened.Body(caller.PartnerId),
            NextAt = now,
            CreatedAt = now,
        };
        var sent = await sender.SendAsync(webhook.Url, webhook.SealedSecret, delivery.EventType, delivery.Id, delivery.Body, ct);
        delivery.Tried(sent, maxRetries: 0, clock.GetUtcNow());
        db.Add(delivery);
        auditor.Changed(id.Value, null, null);
        await db.SaveChangesAsync(ct);
        return Reply.Ok(new Response(delivery.Id, sent.StatusCode, sent.DurationMs, sent.Error));
    }
}
