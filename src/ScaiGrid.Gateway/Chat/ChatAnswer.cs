using System.Buffers;
using System.Collections.ObjectModel;
using System.Text;
using System.Text.Json;
using ScaiGrid.Gateway.Json;

namespace ScaiGrid.Gateway.Chat;

/// <summary>A function that the model wants called.</summary>
/// <param name="Arguments">JSON text, as the model wrote it.</param>
public sealed record ToolCall(string Id, string Name, string Arguments);

/// <param name="Content">Null when the model calls tools instead.</param>
/// <param name="FinishReason"><c>stop</c>, <c>length</c>, <c>tool_calls</c> or <c>content_filter</c>.</param>
/// <param name="ToolCalls">Null when there are none.</param>
public sealed record ChatChoice(
    int Index, string? Content, string FinishReason = "stop", IReadOnlyList<ToolCall>? ToolCalls = null);

/// <summary>
/// A whole answer: put together by a provider in this process, or an upstream's bytes, checked and passed on. Whoever receives
/// it disposes it.
/// </summary>
public sealed class ChatAnswer : IDisposable
{
    private readonly ForwardedAnswer? _forwarded;
    private IReadOnlyList<ChatChoice>? _choices;

    public ChatAnswer(string id, DateTimeOffset created, IReadOnlyList<ChatChoice> choices, Usage? usage = null) =>
        (Id, Created, _choices, Usage) = (id, created, choices, usage);

    internal ChatAnswer(ForwardedAnswer forwarded)
    {
        _forwarded = forwarded;
        Id = "";
        Usage = forwarded.Usage;
    }

    public string Id { get; }

    public DateTimeOffset Created { get; }

    public IReadOnlyList<ChatChoice> Choices => _choices ??= _forwarded!.ReadChoices();

    /// <summary>Null when nobody counted.</summary>
    public Usage? Usage { get; }

    /// <summary>Members that ride along at the top level of the answer, such as <c>scaicore</c>.</summary>
    public IReadOnlyDictionary<string, JsonElement> Extra { get; init; } = ReadOnlyDictionary<string, JsonElement>.Empty;

    /// <summary>The first choice's text; empty when it calls tools instead.</summary>
    public string Text => Choices[0].Content ?? "";

    internal long CompletionBytes => _forwarded?.CompletionBytes
        ?? Choices.Sum(c => Encoding.UTF8.GetByteCount(c.Content ?? "") + (c.ToolCalls?.Sum(t => t.Name.Length + t.Arguments.Length) ?? 0));

    /// <summary>The id of an answer to which its upstream gave none.</summary>
    internal static string IdOf(string requestId) => $"chatcmpl-{requestId}";

    /// <summary>Writes OpenAI's <c>chat.completion</c> object, which is also the <c>data</c> of the native envelope.</summary>
    internal void WriteTo(IBufferWriter<byte> output, ReadOnlySpan<byte> quotedModel, Usage usage, string requestId, DateTimeOffset now)
    {
        if (_forwarded is not null)
        {
            _forwarded.WriteTo(output, quotedModel, usage, requestId, now);
            return;
        }

        using var json = new Utf8JsonWriter(output, JsonText.Compact);
        json.WriteStartObject();
        json.WriteString("id"u8, Id);
        json.WriteString("object"u8, "chat.completion"u8);
        json.WriteNumber("created"u8, Created.ToUnixTimeSeconds());
        json.WritePropertyName("model"u8);
        json.WriteRawValue(quotedModel, skipInputValidation: true);
        json.WriteStartArray("choices"u8);
        foreach (var choice in Choices)
        {
            WriteChoice(json, choice);
        }

        json.WriteEndArray();
        json.WritePropertyName("usage"u8);
        ChatJson.WriteUsage(json, usage);
        foreach (var (name, value) in Extra)
        {
            json.WritePropertyName(name);
            value.WriteTo(json);
        }

        json.WriteEndObject();
    }

    public void Dispose() => _forwarded?.Dispose();

    private static void WriteChoice(Utf8JsonWriter json, ChatChoice choice)
    {
        json.WriteStartObject();
        json.WriteNumber("index"u8, choice.Index);
        json.WriteStartObject("message"u8);
        json.WriteString("role"u8, "assistant"u8);
        json.WriteString("content"u8, choice.Content);
        if (choice.ToolCalls is { Count: > 0 } calls)
        {
            ChatJson.WriteToolCalls(json, calls, indexed: false);
        }

        json.WriteEndObject();
        json.WriteNull("logprobs"u8);
        json.WriteString("finish_reason"u8, choice.FinishReason);
        json.WriteEndObject();
    }
}
