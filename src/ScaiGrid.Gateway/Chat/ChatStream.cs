using System.Buffers;
using System.IO.Pipelines;
using System.Text;
using System.Text.Json;
using ScaiGrid.Gateway.Json;

namespace ScaiGrid.Gateway.Chat;

/// <summary>
/// The way of a streamed answer to the caller: server-sent events of OpenAI's <c>chat.completion.chunk</c>, each flushed as
/// soon as it is there. It names the public model, keeps the usage, and knows whether anything has been sent.
/// </summary>
/// <remarks>
/// It writes neither errors nor the closing <c>data: [DONE]</c>: those differ by surface, so the server writes them when it
/// has the call's result.
/// </remarks>
public sealed partial class ChatStream
{
    private readonly PipeWriter _output;
    private readonly ReadOnlyMemory<byte> _quotedModel;
    private readonly bool _includeUsage;
    private readonly CancellationTokenSource _patience;
    private readonly TimeSpan _silence;
    private readonly long _ends;
    private readonly TimeProvider _clock;
    private byte[] _quotedId;
    private long _created;
    private Utf8JsonWriter? _json;
    private bool _unsent;

    /// <param name="patience">Cancelled when nothing has come for <paramref name="silence"/>.</param>
    /// <param name="longest">How long the whole stream may take, however lively it is.</param>
    internal ChatStream(
        PipeWriter output, ReadOnlyMemory<byte> quotedModel, string id, bool includeUsage,
        CancellationTokenSource patience, TimeSpan silence, TimeSpan longest, TimeProvider clock)
    {
        (_output, _quotedModel, _includeUsage) = (output, quotedModel, includeUsage);
        (_patience, _silence, _clock) = (patience, silence, clock);
        _ends = clock.GetTimestamp() + (long)(longest.TotalSeconds * clock.TimestampFrequency);
        _quotedId = JsonText.Quote(id);
        _created = clock.GetUtcNow().ToUnixTimeSeconds();
    }

    /// <summary>Something has been written, and cannot be taken back: the call can no longer go to another backend.</summary>
    public bool Started => FirstWritten is not null;

    /// <summary>What the upstream counted, or what the provider said; null so far.</summary>
    public Usage? Usage { get; private set; }

    /// <summary>Nobody reads any more.</summary>
    internal bool CallerLeft { get; private set; }

    internal long? FirstWritten { get; private set; }

    internal long CompletionBytes { get; private set; }

    private bool UsageSent { get; set; }

    /// <summary>Sends one step.</summary>
    public ValueTask WriteAsync(ChatEvent step, CancellationToken ct)
    {
        CompletionBytes += Encoding.UTF8.GetByteCount(step.Content ?? "")
            + (step.ToolCalls?.Sum(c => c.Name.Length + c.Arguments.Length) ?? 0);
        WriteChunk(json => WriteChoice(json, step), usage: null);
        return FlushAsync(ct);
    }

    /// <summary>Keeps the usage, to be sent at the end to callers who asked for it.</summary>
    public void Count(Usage usage) => Usage = usage;

    /// <summary>Sends a whole answer as the steps that a stream would have had: role, text, end.</summary>
    public async ValueTask WriteAsync(ChatAnswer answer, CancellationToken ct)
    {
        if (answer.Id.Length > 0)
        {
            (_quotedId, _created) = (JsonText.Quote(answer.Id), answer.Created.ToUnixTimeSeconds());
        }

        Usage = answer.Usage;
        foreach (var choice in answer.Choices)
        {
            await WriteAsync(new ChatEvent { Index = choice.Index, Role = "assistant", Content = "" }, ct);
            if (choice.Content is { Length: > 0 } || choice.ToolCalls is { Count: > 0 })
            {
                var content = choice.Content is { Length: > 0 } text ? text : null;
                await WriteAsync(new ChatEvent { Index = choice.Index, Content = content, ToolCalls = choice.ToolCalls }, ct);
            }

            WriteChunk(
                json => WriteChoice(json, new ChatEvent { Index = choice.Index, FinishReason = choice.FinishReason }),
                usage: null, answer.Extra);
            await FlushAsync(ct);
        }
    }

    /// <summary>Ends an answer that has been sent step by step.</summary>
    /// <param name="usage">Null when nobody counted.</param>
    /// <param name="extra">Members that ride along with the last step; null for none.</param>
    public ValueTask FinishAsync(string reason, Usage? usage, IReadOnlyDictionary<string, JsonElement>? extra, CancellationToken ct)
    {
        Usage = usage ?? Usage;
        WriteChunk(json => WriteChoice(json, new ChatEvent { FinishReason = reason }), usage: null, extra);
        return FlushAsync(ct);
    }

    /// <summary>Copies a chunk that has been scanned; it is sent by the next flush.</summary>
    internal void Forward(ReadOnlySpan<byte> chunk, in CompletionScan scan)
    {
        Usage = scan.Usage ?? Usage;
        CompletionBytes += scan.TextBytes;
        if (scan.Choices == 0 && scan.UsageRange is not null)
        {
            if (!_includeUsage)
            {
                return;
            }

            UsageSent |= scan.Usage is not null;
        }

        if (!Started && scan.Id is { } id)
        {
            _quotedId = chunk[id].ToArray(); // for a usage chunk that the upstream leaves to us
        }

        Begin();
        new CompletionRewrite(chunk, _output).Finish(scan.Model, _quotedModel.Span, null, default);
        _output.Write("\n\n"u8);
    }

    /// <summary>Sends what has been written. The caller's slowness is not held against the upstream.</summary>
    internal async ValueTask FlushAsync(CancellationToken ct)
    {
        if (!_unsent)
        {
            return;
        }

        _unsent = false;
        _patience.CancelAfter(Timeout.InfiniteTimeSpan);
        var flushed = await _output.FlushAsync(ct);
        if (flushed.IsCompleted || flushed.IsCanceled)
        {
            CallerLeft = true;
            throw new OperationCanceledException("The caller has left.");
        }

        _patience.CancelAfter(_clock.GetTimestamp() < _ends ? _silence : TimeSpan.Zero);
    }

    /// <summary>Sends the usage to a caller who asked for it, unless the upstream's own chunk did.</summary>
    internal ValueTask EndAsync(Usage usage, CancellationToken ct)
    {
        if (_includeUsage && !UsageSent)
        {
            WriteChunk(choice: null, usage);
        }

        return FlushAsync(ct);
    }

    private void Begin()
    {
        FirstWritten ??= _clock.GetTimestamp();
        _unsent = true;
        _output.Write("data: "u8);
    }

    private void WriteChunk(
        Action<Utf8JsonWriter>? choice, Usage? usage, IReadOnlyDictionary<string, JsonElement>? extra = null)
    {
        Begin();
        _json ??= new(_output, JsonText.Compact);
        _json.Reset(_output);
        _json.WriteStartObject();
        _json.WritePropertyName("id"u8);
        _json.WriteRawValue(_quotedId, skipInputValidation: true);
        _json.WriteString("object"u8, "chat.completion.chunk"u8);
        _json.WriteNumber("created"u8, _created);
        _json.WritePropertyName("model"u8);
        _json.WriteRawValue(_quotedModel.Span, skipInputValidation: true);
        _json.WriteStartArray("choices"u8);
        choice?.Invoke(_json);
        _json.WriteEndArray();
        if (usage is { } counted)
        {
            _json.WritePropertyName("usage"u8);
            ChatJson.WriteUsage(_json, counted);
        }

        foreach (var (name, value) in extra ?? new Dictionary<string, JsonElement>())
        {
            _json.WritePropertyName(name);
            value.WriteTo(_json);
        }

        _json.WriteEndObject();
        _json.Flush();
        _output.Write("\n\n"u8);
    }

    private static void WriteChoice(Utf8JsonWriter json, ChatEvent step)
    {
        json.WriteStartObject();
        json.WriteNumber("index"u8, step.Index);
        json.WriteStartObject("delta"u8);
        if (step.Role is not null)
        {
            json.WriteString("role"u8, step.Role);
        }

        if (step.Content is not null)
        {
            json.WriteString("content"u8, step.Content);
        }

        if (step.ToolCalls is { Count: > 0 } calls)
        {
            ChatJson.WriteToolCalls(json, calls, indexed: true);
        }

        json.WriteEndObject();
        json.WriteString("finish_reason"u8, step.FinishReason);
        json.WriteEndObject();
    }
}
