using ScaiGrid.Server.Kernel;

namespace ScaiGrid.Server.Features.Audit;

/// <summary>Writes the refusals of audited endpoints to the audit log, once they are answered.</summary>
internal sealed partial class RefusalAudit(ILogger<RefusalAudit> logger)
{
    /// <param name="error">What a caller who is known was told.</param>
    public async Task WriteAsync(HttpContext context, Error error)
    {
        if (context.GetEndpoint()?.Metadata.GetMetadata<Audited>() is null)
        {
            return;
        }

        try
        {
            var resource = context.Request.RouteValues.TryGetValue("id", out var id) ? id?.ToString() : null;
            await context.RequestServices.GetRequiredService<Auditor>().RefusedAsync(resource is { Length: > 256 } ? resource[..256] : resource, error.Type.Code, CancellationToken.None);
        }
        catch (Exception e)
        {
            LogLost(logger, context.TraceIdentifier, e); // the refusal itself stands
        }
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "The refusal of {RequestId} could not be written to the audit log.")]
    private static partial void LogLost(ILogger logger, string requestId, Exception exception);
}
