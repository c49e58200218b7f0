using System.Text;
using System.Text.Json;
using ScaiGrid.Flows.Language;
using ScaiGrid.Flows.Manifests;
using ScaiGrid.Server.Kernel;

namespace ScaiGrid.Server.Features.Triggers;

/// <summary>What a webhook's run is given: <c>{method, path, query, headers, body}</c>.</summary>
internal static class WebhookInput
{
    private const int MostHeaders = 50;

    private static readonly string[] Plain = ["content-type", "user-agent", "idempotency-key"];

    private static readonly string[] Telling = ["auth", "token", "secret", "key", "signature", "password", "cookie", "session", "forwarded", "jwt", "assertion", "credential", "cert", "principal", "identity", "user", "email",
        "real-ip", "client-ip", "clientip", "connecting-ip", "address", "remote"];

    private static readonly UTF8Encoding Strict = new(false, throwOnInvalidBytes: true);

    public static Result<Value> Of(HttpRequest request, WebhookTrigger webhook, ReadOnlyMemory<byte> body)
    {
        if (!BodyOf(request.ContentType, body).Succeeded(out var read, out var error))
        {
            return error;
        }

        return Value.Object(
        [
            new("method", webhook.Method),
            new("path", webhook.Path),
            new("query", Texts(request.Query.Select(q => KeyValuePair.Create(q.Key, q.Value.ToString())))),
            new("headers", Texts(request.Headers.Where(h => IsShown(h.Key, webhook.Auth)).Take(MostHeaders).Select(h => KeyValuePair.Create(h.Key.ToLowerInvariant(), h.Value.ToString())))),
            new("body", read),
        ]);
    }

    /// <summary>Runs are kept and shown: they see headers that describe the event, none that prove who sent it or tell the way it came.</summary>
    public static bool IsShown(string header, WebhookAuth? auth)
    {
        var name = header.ToLowerInvariant();
        return Plain.Contains(name)
            || ((name.StartsWith("x-", StringComparison.Ordinal) || name.StartsWith("ce-", StringComparison.Ordinal) || name.StartsWith("webhook-", StringComparison.Ordinal))
                && !name.Equals(auth?.Header, StringComparison.OrdinalIgnoreCase)
                && !Telling.Any(word => name.Contains(word, StringComparison.Ordinal)));
    }

    private static Result<Value> BodyOf(string? contentType, ReadOnlyMemory<byte> body)
    {
        if (body.IsEmpty)
        {
            return Value.Null;
        }

        var type = contentType?.Split(';')[0].Trim().ToLowerInvariant() ?? "";
        try
        {
            if (type == "application/json" || type.EndsWith("+json", StringComparison.Ordinal))
            {
                using var document = JsonDocument.Parse(body, new() { MaxDepth = Json.MaxDepth, AllowDuplicateProperties = false });
                return document.Deserialize<Value>(Json.Options);
            }

            var text = Strict.GetString(body.Span);
            if (text.Contains('\0'))
            {
                return KernelErrors.Validation.At("body", "must not contain the character U+0000");
            }

            return type == "application/x-www-form-urlencoded"
                ? Texts(Microsoft.AspNetCore.WebUtilities.QueryHelpers.ParseQuery(text).Select(field => KeyValuePair.Create(field.Key, field.Value.ToString())))
                : text;
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or DecoderFallbackException) // the second for half a surrogate pair
        {
            return KernelErrors.Validation.At("body", e is DecoderFallbackException ? "is neither JSON nor text in UTF-8" : $"is not JSON that can be read here: {e.Message}");
        }
    }

    private static Value Texts(IEnumerable<KeyValuePair<string, string>> texts) =>
        Value.Object(texts.Select(text => KeyValuePair.Create(text.Key, (Value)text.Value.Replace('\0', '\uFFFD'))));
}
