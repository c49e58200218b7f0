using Microsoft.EntityFrameworkCore;
using ScaiGrid.Server.Access;
using ScaiGrid.Server.Data;
using ScaiGrid.Server.Kernel;

namespace ScaiGrid.Server.Features.Webhooks;

/// <summary><c>GET /v1/webhooks/{id}/deliveries</c>: what was sent, and is to be; of the last seven days.</summary>
internal static class ListDeliveries
{
    public static void Map(IEndpointRouteBuilder webhooks) => webhooks
        .MapGet("/{id}/deliveries", HandleAsync)
        .WithName("ListWebhookDeliveries")
        .WithSummary("List a webhook's deliveries, the newest first")
        .Requires(Permissions.WebhooksManage)
        .AnswersPage<DeliveryView>()
        .ProducesErrors(KernelErrors.Validation, WebhookErrors.NotFound);

    private static async Task<IResult> HandleAsync(Id<Webhook> id, Paging paging, Choice<DeliveryStatus> status, DateTimeOffset? since, Db db, CancellationToken ct)
    {
        if (!await db.Webhooks.AnyAsync(w => w.Id == id, ct))
        {
            return WebhooksApi.NotFound(id).ToResult();
        }

        var deliveries = db.WebhookDeliveries.AsNoTracking().Where(d => d.WebhookId == id);
        deliveries = status.Value is { } wanted ? deliveries.Where(d => d.Status == wanted) : deliveries;
        deliveries = since is { } moment ? deliveries.Where(d => d.CreatedAt >= moment) : deliveries;
        if (paging.After is { } last)
        {
            deliveries = deliveries.Where(d => string.Compare(d.Id, last) < 0);
        }

        var page = await deliveries.OrderByDescending(d => d.Id).Take(paging.Limit + 1).ToListAsync(ct);
        return Reply.Page(paging.Cut(page, d => d.Id, DeliveryView.Of));
    }
}
