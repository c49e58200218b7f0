using System.Buffers;
using System.Text.Json;
using ScaiGrid.Gateway.Json;

namespace ScaiGrid.Gateway.Chat;

/// <summary>An upstream's answer as bytes that have been checked. Owns their buffer.</summary>
internal sealed class ForwardedAnswer(PooledBuffer body, in CompletionScan scan) : IDisposable
{
    private readonly Range? _model = scan.Model, _usage = scan.UsageRange;
    private readonly bool _hasId = scan.Id is not null, _hasCreated = scan.HasCreated;

    public Usage? Usage { get; } = scan.Usage;

    public long CompletionBytes { get; } = scan.TextBytes;

    public IReadOnlyList<ChatChoice> ReadChoices() =>
        [.. JsonText.Parse(body.Written.Span).GetProperty("choices").EnumerateArray().Select(ReadChoice)];

    /// <summary>Copies the bytes; writes the public model's name, and what the upstream left out.</summary>
    public void WriteTo(IBufferWriter<byte> output, ReadOnlySpan<byte> quotedModel, Usage usage, string requestId, DateTimeOffset now)
    {
        var rewrite = new CompletionRewrite(body.Written.Span, output);
        if (!_hasId)
        {
            rewrite.Add("\"id\":"u8, JsonText.Quote(ChatAnswer.IdOf(requestId)));
        }

        if (!_hasCreated)
        {
            rewrite.Add("\"created\":"u8, Write(now));
        }

        var usageBytes = Usage is null ? Write(usage) : [];
        if (Usage is null && _usage is null)
        {
            rewrite.Add("\"usage\":"u8, usageBytes);
        }

        rewrite.Finish(_model, quotedModel, Usage is null ? _usage : null, usageBytes);
    }

    public void Dispose() => body.Dispose();

    // Apart, because a method with a lambda allocates for it at every call, and most answers need neither of these.
    private static byte[] Write(DateTimeOffset created) => JsonText.Build(json => json.WriteNumberValue(created.ToUnixTimeSeconds()));

    private static byte[] Write(Usage usage) => JsonText.Build(json => ChatJson.WriteUsage(json, usage));

    private static ChatChoice ReadChoice(JsonElement choice, int position)
    {
        var message = choice.GetProperty("message");
        return new(
            choice.TryGetProperty("index", out var index) && index.TryGetInt32(out var i) ? i : position,
            message.TryGetProperty("content", out var content) ? content.GetString() : null,
            choice.TryGetProperty("finish_reason", out var reason) ? reason.GetString() ?? "stop" : "stop",
            message.TryGetProperty("tool_calls", out var calls) && calls.ValueKind == JsonValueKind.Array
                ? [.. calls.EnumerateArray().Where(IsFunctionCall).Select(ReadToolCall)]
                : null);
    }

    private static bool IsFunctionCall(JsonElement call) =>
        call.ValueKind == JsonValueKind.Object
        && call.TryGetProperty("function", out var function) && function.ValueKind == JsonValueKind.Object
        && function.TryGetProperty("name", out var name) && name.ValueKind == JsonValueKind.String;

    private static ToolCall ReadToolCall(JsonElement call)
    {
        var function = call.GetProperty("function");
        return new(
            call.TryGetProperty("id", out var id) && id.ValueKind == JsonValueKind.String ? id.GetString()! : "",
            function.GetProperty("name").GetString()!,
            function.TryGetProperty("arguments", out var arguments)
                ? arguments.ValueKind == JsonValueKind.String ? arguments.GetString()! : arguments.GetRawText()
                : "{}");
    }
}
