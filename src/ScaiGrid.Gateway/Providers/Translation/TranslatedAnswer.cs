using System.Text;
using System.Text.Json;
using ScaiGrid.Gateway.Chat;
using ScaiGrid.Gateway.Json;
using ScaiGrid.Gateway.Providers.Http;

namespace ScaiGrid.Gateway.Providers.Translation;

/// <summary>One choice of an answer while it is put together out of another protocol's pieces.</summary>
internal sealed class ChoiceBuilder(int index)
{
    private readonly StringBuilder _text = new();
    private readonly List<ToolCall> _calls = [];

    /// <summary>OpenAI's word; null so far.</summary>
    public string? FinishReason { get; set; }

    public int Calls => _calls.Count;

    public void Add(string? text) => _text.Append(text);

    public void Add(ToolCall call) => _calls.Add(call);

    public ChatChoice Build() => new(
        index,
        _text.Length > 0 || _calls.Count == 0 ? _text.ToString() : null,
        FinishReason ?? "stop",
        _calls.Count > 0 ? _calls : null);
}

/// <summary>What the readings of whole answers have in common.</summary>
internal static class TranslatedAnswer
{
    /// <summary>Parses an answer's body and has it read. The body is disposed.</summary>
    /// <param name="read">It may keep nothing of the object.</param>
    public static ProviderReply Read(PooledBuffer body, Func<JsonElement, ProviderReply> read)
    {
        using (body)
        {
            if (!JsonReading.TryParse(body.Written, out var document))
            {
                return HttpFailures.NotTheProtocol;
            }

            using (document)
            {
                return document.RootElement.IsObject ? read(document.RootElement) : HttpFailures.NotTheProtocol;
            }
        }
    }

    /// <summary>Parses one message of a stream and has it read.</summary>
    public static StreamStep Read(Memory<byte> message, Func<JsonElement, StreamStep> read)
    {
        if (!JsonReading.TryParse(message, out var document))
        {
            return HttpFailures.NotTheProtocol;
        }

        using (document)
        {
            return document.RootElement.IsObject ? read(document.RootElement) : HttpFailures.NotTheProtocol;
        }
    }

    /// <summary>The id that the upstream gave, or the one that the request gives.</summary>
    public static string IdOf(ChatCall call, string? id) => id is { Length: > 0 } ? id : $"chatcmpl-{call.Context.RequestId}";
}
