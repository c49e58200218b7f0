using ScaiGrid.Server.Access;
using ScaiGrid.Server.Kernel;

namespace ScaiGrid.Server.Features.Audit;

/// <summary>Writes the refusals of audited endpoints to the audit log, once they are answered.</summary>
internal sealed partial class RefusalAudit(RequestDelegate next, ILogger<RefusalAudit> logger)
{
    public async Task InvokeAsync(HttpContext context)
    {
        await next(context);
        if (context.Features.Get<Error>() is { } error
            && context.Features.Get<Principal>() is not null
            && context.GetEndpoint()?.Metadata.GetMetadata<Audited>() is not null)
        {
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
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "The refusal of {RequestId} could not be written to the audit log.")]
    private static partial void LogLost(ILogger logger, string requestId, Exception exception);
}
