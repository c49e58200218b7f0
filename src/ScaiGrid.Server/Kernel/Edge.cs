using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Primitives;

namespace ScaiGrid.Server.Kernel;

/// <summary>
/// The outermost step of every request: gives it an id, and answers for what nobody below answered for, bugs included,
/// in the dialect of the surface.
/// </summary>
internal sealed partial class Edge(RequestDelegate next, IdSource ids, ServerOptions options, ILogger<Edge> logger)
{
    private static readonly StringValues Year = "max-age=31536000", NoSniff = "nosniff";

    // Only where callers come by TLS would browsers listen to it, and there they shall never come by anything else.
    private readonly bool _isSecure = options.PublicUrl?.StartsWith("https://", StringComparison.OrdinalIgnoreCase) == true;

    public async Task InvokeAsync(HttpContext context)
    {
        context.TraceIdentifier = ids.New("req");
        var headers = context.Response.Headers;
        headers["X-Request-Id"] = context.TraceIdentifier;
        headers.XContentTypeOptions = NoSniff;
        if (_isSecure)
        {
            headers.StrictTransportSecurity = Year;
        }

        try
        {
            await next(context);
        }
        catch (OperationCanceledException) when (context.RequestAborted.IsCancellationRequested)
        {
            return; // nobody is listening any more
        }
        catch (Exception e) when (!context.Response.HasStarted)
        {
            var error = Classify(e);
            if (error.Type.Kind is ErrorKind.Internal or ErrorKind.Unavailable)
            {
                LogFailed(logger, context.Request.Method, context.Request.Path, context.TraceIdentifier, e);
            }

            context.Response.Headers.ContentLength = null;
            await context.WriteErrorAsync(error);
            return;
        }

        if (context.Response is { HasStarted: false, StatusCode: >= 400, ContentType: null } response && FromStatus(response.StatusCode) is { } refused)
        {
            await context.WriteErrorAsync(refused.With($"{refused.Title}: {context.Request.Method} {context.Request.Path}."));
        }
    }

    private static Error Classify(Exception e) => e switch
    {
        BadHttpRequestException { StatusCode: StatusCodes.Status413PayloadTooLarge } => KernelErrors.TooLarge.With(e.Message),
        BadHttpRequestException => KernelErrors.Validation.At("request", e.Message),
        DbUpdateConcurrencyException => KernelErrors.Conflict.With("Others keep changing the same thing; try again.") with { RetryAfter = 1 },
        System.Data.Common.DbException { IsTransient: true } or { InnerException: System.Data.Common.DbException { IsTransient: true } } =>
            KernelErrors.Unavailable.With("The database cannot be reached just now.") with { RetryAfter = 2 },
        Storage.ObjectStoreUnavailableException => KernelErrors.Unavailable.With("The object store cannot be reached just now.") with { RetryAfter = 2 },
        _ => KernelErrors.Internal.With("Something went wrong on our side."),
    };

    private static ErrorType? FromStatus(int status) => status switch
    {
        StatusCodes.Status404NotFound => KernelErrors.NotFound,
        StatusCodes.Status405MethodNotAllowed => KernelErrors.MethodNotAllowed,
        StatusCodes.Status415UnsupportedMediaType => KernelErrors.UnsupportedMediaType,
        StatusCodes.Status413PayloadTooLarge => KernelErrors.TooLarge,
        StatusCodes.Status400BadRequest => KernelErrors.Validation,
        _ => null,
    };

    [LoggerMessage(Level = LogLevel.Error, Message = "{Method} {Path} failed ({RequestId})")]
    private static partial void LogFailed(ILogger logger, string method, string path, string requestId, Exception exception);
}
