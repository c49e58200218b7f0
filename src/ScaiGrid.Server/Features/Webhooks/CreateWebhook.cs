using System.Buffers.Text;
using System.Security.Cryptography;
using ScaiGrid.Server.Access;
using ScaiGrid.Server.Data;
using ScaiGrid.Server.Features.Audit;
using ScaiGrid.Server.Kernel;

namespace ScaiGrid.Server.Features.Webhooks;

/// <summary><c>POST /v1/webhooks</c>.</summary>
internal static class CreateWebhook
{
    /// <param name="Events">Types such as <c>budget.hard_limit_reached</c>, kinds such as <c>budget.*</c>, or <c>*</c>.</param>
    /// <param name="Secret">What deliveries are signed with; null = one is made.</param>
    /// <param name="MaxRetries">How often a delivery that failed is tried again; after 30 s, 2 min, 10 min, 30 min and then every 2 h.</param>
    public sealed record Request(
        string Url, IReadOnlyList<string> Events, string? Secret = null, WebhookStatus Status = WebhookStatus.Active, int MaxRetries = WebhookSettings.DefaultRetries);

    /// <param name="Secret">What deliveries are signed with. It is shown this once.</param>
    public sealed record Response(WebhookView Webhook, string Secret);

    public static void Map(IEndpointRouteBuilder webhooks) => webhooks
        .MapPost("", HandleAsync)
        .WithName("CreateWebhook")
        .WithSummary("Have an address told of events; the secret that signs them is shown once")
        .Requires(Permissions.WebhooksManage)
        .Audits("webhook.create")
        .Answers<Response>(StatusCodes.Status201Created)
        .ProducesErrors(KernelErrors.Validation, AccessErrors.TenantRequired);

    private static async Task<IResult> HandleAsync(
        Body<Request> body, Principal caller, Db db, Auditor auditor, WebhookSender sender, ServerOptions options, IdSource ids, TimeProvider clock, CancellationToken ct)
    {
        var request = body.Value;
        if (caller.TenantId is not { } tenant)
        {
            return AccessErrors.TenantRequired.With($"Name a tenant with {Authenticator.TenantHeader}.").ToResult();
        }

        if (WebhookSettings.Check(request.Url, request.Events, request.Secret, request.MaxRetries, options.Egress) is { Count: > 0 } faults)
        {
            return KernelErrors.Faulty(faults).ToResult();
        }

        var secret = request.Secret ?? $"whsec_{Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(32))}";
        var now = clock.GetUtcNow();
        var webhook = new Webhook
        {
            Id = ids.New<Webhook>(),
            TenantId = tenant,
            Url = request.Url,
            Events = [.. request.Events.Distinct()],
            SealedSecret = sender.Seal(secret),
            Status = request.Status,
            MaxRetries = request.MaxRetries,
            CreatedAt = now,
            UpdatedAt = now,
        };
        db.Add(webhook);
        auditor.Changed(webhook.Id.Value, null, WebhookView.Of(webhook));
        await db.SaveChangesAsync(ct);
        return Reply.Created(new Response(WebhookView.Of(webhook), secret));
    }
}
