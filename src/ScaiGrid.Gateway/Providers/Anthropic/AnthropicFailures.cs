using System.Text.Json;
using ScaiGrid.Gateway.Json;
using ScaiGrid.Gateway.Providers.Http;

namespace ScaiGrid.Gateway.Providers.Anthropic;

/// <summary>What an error of the Messages API means: <c>{"type":"error","error":{"type","message"}}</c>.</summary>
internal static class AnthropicFailures
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
            return Refine(failure, document.RootElement.At("error"u8));
        }
    }

    /// <summary>An error that came after status 200.</summary>
    public static ProviderFailure InStream(JsonElement told) => Refine(HttpFailures.FromStatus(500), told.At("error"u8));

    private static ProviderFailure Refine(ProviderFailure failure, JsonElement error)
    {
        var message = error.TextAt("message"u8);
        return HttpFailures.Refine(failure, ClassOf(error.TextAt("type"u8), message), message);
    }

    private static FailureClass? ClassOf(string? type, string? message) => type switch
    {
        // An empty account has no type of its own.
        "invalid_request_error" when message?.Contains("credit balance", StringComparison.OrdinalIgnoreCase) == true => FailureClass.Quota,
        "invalid_request_error" or "request_too_large" => FailureClass.CallerFault,
        "authentication_error" or "permission_error" => FailureClass.Credential,
        "billing_error" => FailureClass.Quota,
        "not_found_error" => FailureClass.ModelGone,
        "rate_limit_error" => FailureClass.RateLimited,
        "timeout_error" => FailureClass.Timeout,
        "api_error" or "overloaded_error" => FailureClass.Transient,
        _ => null,
    };
}
