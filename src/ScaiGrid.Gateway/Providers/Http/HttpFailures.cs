using System.Globalization;
using System.Net.Http.Headers;

namespace ScaiGrid.Gateway.Providers.Http;

/// <summary>What failures mean that every HTTP upstream has in common. No message tells where the upstream is.</summary>
internal static class HttpFailures
{
    private const int LongestMessage = 400;

    /// <summary>Addresses, and how keys begin or are named.</summary>
    private static readonly string[] Telltales = ["://", "sk-", "AIza", "Bearer"];

    public static ProviderFailure FromStatus(int status, TimeSpan? retryAfter = null) => status switch
    {
        400 or 411 or 413 or 414 or 415 or 422 or 431 => new(FailureClass.CallerFault, "The model's backend refused the request as invalid.", status),
        401 or 403 => new(FailureClass.Credential, "The model's backend did not accept the gateway's credential.", status),
        402 => new(FailureClass.Quota, "The model's backend has no quota left.", status),
        404 or 410 => new(FailureClass.ModelGone, "The model's backend does not know the model.", status),
        408 or 504 or 524 => new(FailureClass.Timeout, "The model's backend did not answer in time.", status, retryAfter),
        409 or 425 => new(FailureClass.Transient, "The model's backend asks to try again.", status, retryAfter),
        429 => new(FailureClass.RateLimited, "The model's backend is receiving too many requests.", status, retryAfter),
        451 => new(FailureClass.Refused, "The model's backend may not answer this request.", status),
        501 or 505 => new(FailureClass.Unknown, $"The model's backend answered with status {status}.", status),
        >= 500 and <= 599 => new(FailureClass.Transient, "The model's backend is failing.", status, retryAfter),
        _ => new(FailureClass.Unknown, $"The model's backend answered with status {status}.", status),
    };

    /// <summary>For what goes wrong while connecting, sending or reading.</summary>
    public static ProviderFailure FromException(Exception exception) => exception switch
    {
        HttpRequestException { HttpRequestError: HttpRequestError.SecureConnectionError } =>
            new(FailureClass.Unknown, "No secure connection to the model's backend could be made."),
        HttpRequestException { HttpRequestError: HttpRequestError.ConfigurationLimitExceeded or HttpRequestError.InvalidResponse } =>
            new(FailureClass.ShapeMismatch, "The model's backend did not answer with proper HTTP."),
        HttpRequestException { HttpRequestError: HttpRequestError.ConnectionError or HttpRequestError.NameResolutionError } =>
            new(FailureClass.Transient, "The model's backend could not be reached."),
        // Cancelled by nobody: the handler's own limit on connecting.
        OperationCanceledException => new(FailureClass.Transient, "The model's backend could not be reached in time."),
        _ => new(FailureClass.Transient, "The connection to the model's backend was lost."),
    };

    public static ProviderFailure CutShort { get; } =
        new(FailureClass.Transient, "The model's backend ended the stream before the answer was complete.");

    public static ProviderFailure NotTheProtocol { get; } =
        new(FailureClass.ShapeMismatch, "The model's backend answered in a shape that its protocol does not have.");

    public static ProviderFailure TooLarge { get; } =
        new(FailureClass.ShapeMismatch, "The model's backend answered with more than the gateway accepts.");

    /// <summary>What the upstream's own words say more than its status did.</summary>
    /// <param name="byWord">The class that the error's code or type stands for; null when it says nothing.</param>
    /// <param name="message">The error's message. Only what concerns the caller's own request is passed on: others talk of accounts and hosts.</param>
    public static ProviderFailure Refine(ProviderFailure failure, FailureClass? byWord, string? message)
    {
        var refined = byWord is { } known ? failure with { Class = known } : failure;
        return refined.Class is FailureClass.CallerFault or FailureClass.Refused && Presentable(message) is { } words
            ? refined with { Message = words }
            : refined;
    }

    /// <summary>The upstream has no way to be asked for what the caller wants.</summary>
    public static ProviderFailure CannotAsk(IReadOnlyList<Fault> faults) => new(
        FailureClass.CallerFault,
        $"The model's backend cannot be asked for this: {string.Join("; ", faults.Select(f => $"{f.Field} {f.Message}"))}.");

    public static bool IsConnectionFailure(Exception exception) =>
        exception is HttpRequestException or IOException or OperationCanceledException;

    /// <summary><c>retry-after-ms</c>, or <c>Retry-After</c> as seconds or as a date; null when absent, unreadable or past a day.</summary>
    public static TimeSpan? RetryAfter(HttpResponseHeaders headers, DateTimeOffset now)
    {
        TimeSpan? wait = null;
        if (headers.TryGetValues("retry-after-ms", out var values)
            && double.TryParse(values.First(), NumberStyles.Float, CultureInfo.InvariantCulture, out var milliseconds)
            && milliseconds is >= 0 and <= 86_400_000)
        {
            wait = TimeSpan.FromMilliseconds(milliseconds);
        }
        else if (headers.RetryAfter is { } header)
        {
            wait = header.Delta ?? (header.Date - now);
        }

        return wait is { } w && w <= TimeSpan.FromDays(1) ? (w < TimeSpan.Zero ? TimeSpan.Zero : w) : null;
    }

    /// <summary>Null when the message might tell where the upstream is or what key was used.</summary>
    private static string? Presentable(string? message) =>
        string.IsNullOrWhiteSpace(message) || Array.Exists(Telltales, t => message.Contains(t, StringComparison.OrdinalIgnoreCase))
            ? null
            : new string([.. message.Where(c => !char.IsControl(c)).Take(LongestMessage)]);
}
