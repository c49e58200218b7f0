using ScaiGrid.Server.Kernel;

namespace ScaiGrid.Server.Features.Webhooks;

internal static class WebhookErrors
{
    public static readonly ErrorType NotFound = new("WEBHOOK_NOT_FOUND", ErrorKind.NotFound, "The tenant has no such webhook");
}
