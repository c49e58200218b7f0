using System.Text.Json;
using ScaiGrid.Gateway.Json;
using ScaiGrid.Gateway.Providers.Http;

namespace ScaiGrid.Gateway.Providers.Mistral;

/// <summary>
/// What an error of Mistral's means: <c>{"object":"error","message","type","code"}</c>, or <c>{"detail"}</c> with a text or
/// with what is wrong in each field.
/// </summary>
internal static class MistralFailures
{
    /// <param name="failure">What the status alone means.</param>
    public static ProviderFailure From(ProviderFailure failure, ReadOnlyMemory<byte> body)
    {
        if (!JsonReading.TryParse(body, out var document))
        {
            return failure;
        }

        using (document)
        {
            return Refine(failure, document.RootElement);
        }
    }

    /// <summary>An error that came after status 200.</summary>
    public static ProviderFailure InStream(JsonElement told) =>
        Refine(HttpFailures.FromStatus(told.CountAt("raw_status_code"u8) is { } code and >= 400 and <= 599 ? code : 500), told);

    private static ProviderFailure Refine(ProviderFailure failure, JsonElement root)
    {
        var error = root.At("error"u8).IsObject ? root.At("error"u8) : root;
        return HttpFailures.Refine(failure, ClassOf(error.TextAt("type"u8)), MessageOf(error));
    }

    private static FailureClass? ClassOf(string? type) => type switch
    {
        "invalid_model" => FailureClass.ModelGone,
        "invalid_request_error" or "invalid_function_call" or "invalid_request_message_order" or "context_length_exceeded" => FailureClass.CallerFault,
        "rate_limited" or "service_tier_capacity_exceeded" => FailureClass.RateLimited,
        "internal_server_error" or "unreachable_backend" => FailureClass.Transient,
        _ => null,
    };

    private static string? MessageOf(JsonElement error)
    {
        // The fields at fault stand under "detail", or under "message" once more.
        var detail = error.At("detail"u8) is { ValueKind: JsonValueKind.Array } own ? own : error.At("message"u8).At("detail"u8);
        return detail.IsArray
            ? string.Join("; ", detail.EnumerateArray().Select(d => $"{string.Join('.', Place(d))}: {d.TextAt("msg"u8)}"))
            : error.TextAt("message"u8) ?? error.TextAt("detail"u8);
    }

    private static IEnumerable<string> Place(JsonElement fault)
    {
        foreach (var step in fault.At("loc"u8).Items)
        {
            if (!step.Says("body"u8))
            {
                yield return step.ToString();
            }
        }
    }
}
