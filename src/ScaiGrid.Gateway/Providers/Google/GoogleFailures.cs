using System.Globalization;
using System.Text.Json;
using ScaiGrid.Gateway.Json;
using ScaiGrid.Gateway.Providers.Http;

namespace ScaiGrid.Gateway.Providers.Google;

/// <summary>What a <c>google.rpc.Status</c> means: <c>{"error":{"code","message","status","details"}}</c>.</summary>
internal static class GoogleFailures
{
    public static ProviderFailure Blocked { get; } = new(FailureClass.Refused, "The model's backend will not answer this prompt.");

    public static ProviderFailure BrokeOff { get; } = new(FailureClass.Transient, "The model broke off its answer.");

    /// <param name="failure">What the status alone means.</param>
    public static ProviderFailure From(ProviderFailure failure, ReadOnlyMemory<byte> body)
    {
        if (!JsonReading.TryParse(body, out var document))
        {
            return failure;
        }

        using (document)
        {
            var root = document.RootElement;
            return Refine(failure, (root.IsArray && root.GetArrayLength() > 0 ? root[0] : root).At("error"u8));
        }
    }

    /// <summary>An error that came after status 200.</summary>
    public static ProviderFailure InStream(JsonElement response)
    {
        var error = response.At("error"u8);
        return Refine(HttpFailures.FromStatus(error.CountAt("code"u8) is { } code and >= 400 and <= 599 ? code : 500), error);
    }

    private static ProviderFailure Refine(ProviderFailure failure, JsonElement error)
    {
        FailureClass? known = ClassOf(error.TextAt("status"u8));
        foreach (var detail in error.At("details"u8).Items)
        {
            known = detail.At("reason"u8).Says("API_KEY_INVALID"u8) ? FailureClass.Credential : known;
            if (RetryDelay(detail.TextAt("retryDelay"u8)) is { } delay)
            {
                failure = failure with { RetryAfter = failure.RetryAfter ?? delay };
            }

            foreach (var violation in detail.At("violations"u8).Items)
            {
                // A day's quota does not come back in a minute.
                known = violation.TextAt("quotaId"u8)?.Contains("PerDay", StringComparison.Ordinal) == true ? FailureClass.Quota : known;
            }
        }

        return HttpFailures.Refine(failure, known, error.TextAt("message"u8));
    }

    private static FailureClass? ClassOf(string? status) => status switch
    {
        "INVALID_ARGUMENT" or "OUT_OF_RANGE" => FailureClass.CallerFault,
        "FAILED_PRECONDITION" => FailureClass.Quota, // no billing account, or none for this country
        "UNAUTHENTICATED" or "PERMISSION_DENIED" => FailureClass.Credential,
        "NOT_FOUND" => FailureClass.ModelGone,
        "RESOURCE_EXHAUSTED" => FailureClass.RateLimited,
        "DEADLINE_EXCEEDED" => FailureClass.Timeout,
        "INTERNAL" or "UNAVAILABLE" or "ABORTED" => FailureClass.Transient,
        _ => null,
    };

    /// <summary>A <c>google.protobuf.Duration</c>, such as <c>34.5s</c>.</summary>
    private static TimeSpan? RetryDelay(string? text) =>
        text is not null && text.EndsWith('s')
        && double.TryParse(text.AsSpan(0, text.Length - 1), NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var seconds)
        && seconds <= 86_400
            ? TimeSpan.FromSeconds(seconds)
            : null;
}
