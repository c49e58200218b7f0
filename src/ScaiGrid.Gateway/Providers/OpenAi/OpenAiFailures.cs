using System.Text.Json;
using ScaiGrid.Gateway.Json;
using ScaiGrid.Gateway.Providers.Http;

namespace ScaiGrid.Gateway.Providers.OpenAi;

/// <summary>What an OpenAI-protocol upstream means by a failure: by its status, and where the error's code says more, by that.</summary>
internal static class OpenAiFailures
{
    /// <param name="body">The error's body: <c>{"error":{"message","type","code","param"}}</c>, or anything else.</param>
    public static ProviderFailure From(int status, ReadOnlySpan<byte> body, TimeSpan? retryAfter)
    {
        var failure = HttpFailures.FromStatus(status, retryAfter);
        return ReadError(body) is { } error ? Refine(failure, error) : failure;
    }

    /// <summary>An error in an answer or in a stream that began with status 200.</summary>
    public static ProviderFailure FromBody(ReadOnlySpan<byte> body)
    {
        var error = ReadError(body);
        var status = error is { Code: JsonElement code } && code.TryGetStatus(out var number) ? number : 500;
        var failure = HttpFailures.FromStatus(status);
        return error is null ? failure : Refine(failure, error);
    }

    private static ProviderFailure Refine(ProviderFailure failure, UpstreamError error) =>
        HttpFailures.Refine(failure, ClassOf(error.CodeText) ?? ClassOf(error.Type), error.Message);

    private static FailureClass? ClassOf(string? code) => code switch
    {
        "insufficient_quota" or "billing_hard_limit_reached" or "billing_not_active" or "account_deactivated" => FailureClass.Quota,
        "model_not_found" or "model_not_available" or "DeploymentNotFound" => FailureClass.ModelGone,
        "invalid_api_key" or "authentication_error" or "permission_error" or "invalid_authentication" => FailureClass.Credential,
        "content_filter" or "content_policy_violation" or "moderation_blocked" => FailureClass.Refused,
        "context_length_exceeded" or "invalid_request_error" or "string_above_max_length" => FailureClass.CallerFault,
        "rate_limit_exceeded" or "rate_limit_error" => FailureClass.RateLimited,
        "overloaded_error" or "server_error" or "engine_overloaded" => FailureClass.Transient,
        _ => null,
    };

    private static UpstreamError? ReadError(ReadOnlySpan<byte> body)
    {
        try
        {
            var root = JsonText.Parse(body);
            if (root.ValueKind != JsonValueKind.Object)
            {
                return null;
            }

            var error = root.TryGetProperty("error", out var inner) ? inner : root;
            return error.ValueKind switch
            {
                JsonValueKind.Object => new(Member(error, "message"), Member(error, "type"), error.TryGetProperty("code", out var code) ? code : default),
                JsonValueKind.String => new(error.GetString(), null, default),
                _ => null,
            };
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            return null; // not JSON, or text with half a character: the status alone has to do
        }

        static string? Member(JsonElement error, string name) =>
            error.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;
    }

    private sealed record UpstreamError(string? Message, string? Type, JsonElement Code)
    {
        public string? CodeText => Code.ValueKind == JsonValueKind.String ? Code.GetString() : null;
    }

    extension(JsonElement code)
    {
        /// <summary>Some upstreams give the status that they would have answered with as the code.</summary>
        private bool TryGetStatus(out int status)
        {
            status = 0;
            return code.ValueKind == JsonValueKind.Number && code.TryGetInt32(out status) && status is >= 400 and <= 599;
        }
    }
}
