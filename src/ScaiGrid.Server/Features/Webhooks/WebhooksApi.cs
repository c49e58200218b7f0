using Microsoft.EntityFrameworkCore;
using ScaiGrid.Server.Access;
using ScaiGrid.Server.Data;
using ScaiGrid.Server.Features.Audit;
using ScaiGrid.Server.Kernel;

namespace ScaiGrid.Server.Features.Webhooks;

/// <summary><c>/v1/webhooks</c>: who outside is told of what happens in a tenant.</summary>
internal static class WebhooksApi
{
    public static void MapWebhooks(this IEndpointRouteBuilder routes)
    {
        var webhooks = routes.MapGroup("/v1/webhooks").WithTags("Webhooks").AddEndpointFilter<Refusals>();
        webhooks.MapGet("", ListAsync)
            .WithName("ListWebhooks")
            .WithSummary("List your tenant's webhooks, the newest first")
            .Requires(Permissions.WebhooksManage)
            .AnswersPage<WebhookView>()
            .ProducesErrors(KernelErrors.Validation);
        webhooks.MapGet("/{id}", GetAsync)
            .WithName("GetWebhook")
            .WithSummary("Get a webhook")
            .Requires(Permissions.WebhooksManage)
            .Answers<WebhookView>()
            .ProducesErrors(WebhookErrors.NotFound);
        CreateWebhook.Map(webhooks);
        UpdateWebhook.Map(webhooks);
        webhooks.MapDelete("/{id}", DeleteAsync)
            .WithName("DeleteWebhook")
            .WithSummary("Delete a webhook, with the deliveries that are on their way")
            .Requires(Permissions.WebhooksManage)
            .Audits("webhook.delete")
            .Produces(StatusCodes.Status204NoContent)
            .ProducesErrors(WebhookErrors.NotFound);
        TestWebhook.Map(webhooks);
        ListDeliveries.Map(webhooks);
    }

    public static Error NotFound(Id<Webhook> id) => WebhookErrors.NotFound.With($"There is no webhook '{id}'.");

    private static async Task<IResult> ListAsync(Paging paging, Db db, CancellationToken ct)
    {
        var webhooks = db.Webhooks.AsNoTracking();
        if (paging.After is { } after)
        {
            var last = new Id<Webhook>(after);
            webhooks = webhooks.Where(w => w.Id < last);
        }

        var page = await webhooks.OrderByDescending(w => w.Id).Take(paging.Limit + 1).ToListAsync(ct);
        return Reply.Page(paging.Cut(page, w => w.Id.Value, WebhookView.Of));
    }

    private static async Task<IResult> GetAsync(Id<Webhook> id, Db db, CancellationToken ct) =>
        await db.Webhooks.AsNoTracking().SingleOrDefaultAsync(w => w.Id == id, ct) is { } webhook ? Reply.Ok(WebhookView.Of(webhook)) : NotFound(id).ToResult();

    private static async Task<IResult> DeleteAsync(Id<Webhook> id, Db db, Auditor auditor, CancellationToken ct)
    {
        var refused = await db.RetryOnConflictAsync<Error?>(async () =>
        {
            if (await db.Webhooks.SingleOrDefaultAsync(w => w.Id == id, ct) is not { } webhook)
            {
                return NotFound(id);
            }

            db.Remove(webhook);
            auditor.Changed(id.Value, WebhookView.Of(webhook), null);
            await db.SaveChangesAsync(ct);
            return null;
        });
        return refused is null ? Reply.NoContent() : refused.ToResult();
    }
}
