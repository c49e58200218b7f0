using System.Buffers;
using System.Text.Json;
using ScaiGrid.Gateway.Chat;
using ScaiGrid.Gateway.Json;
using ScaiGrid.Gateway.Providers;

namespace ScaiGrid.Gateway.Dialects;

/// <summary>
/// OpenAI's text completions (<c>POST /v1/completions</c>): the prompt is asked as one message of a user, so that every model can answer it.
/// </summary>
public sealed class TextCompletionCall : DialectCall
{
    /// <summary>Members that mean the same in a chat.</summary>
    private static readonly string[] Shared =
        ["model", "max_tokens", "temperature", "top_p", "n", "stop", "seed", "stream", "stream_options", "presence_penalty", "frequency_penalty", "logit_bias", "user", "metadata"];

    private static readonly JsonValueKind[] AnyKind = Enum.GetValues<JsonValueKind>();

    private TextCompletionCall(ChatRequest chat) : base(chat)
    {
    }

    /// <returns>Null when the request is at fault; then <paramref name="faults"/> holds everything that is wrong with it.</returns>
    public static TextCompletionCall? Read(ReadOnlyMemory<byte> utf8, out IReadOnlyList<Fault> faults)
    {
        var found = new List<Fault>();
        faults = found;
        if (!JsonReading.TryParse(utf8, out var document))
        {
            found.Add(new("body", "is not JSON that can be read here"));
            return null;
        }

        using (document)
        {
            var chat = JsonText.Build(json => Translate(new ConfigReader(document.RootElement, faults: found), json));
            return Check(chat, name => name.StartsWith("messages", StringComparison.Ordinal) ? "prompt" : name, found) is { } request ? new(request) : null;
        }
    }

    public override void WriteWhole(JsonElement completion, IBufferWriter<byte> output)
    {
        using var json = new Utf8JsonWriter(output, JsonText.Compact);
        WriteCompletion(json, completion, choice => choice.At("message"u8).TextAt("content"u8) ?? "");
    }

    public override void WriteChunk(JsonElement chunk, IBufferWriter<byte> output)
    {
        var counts = chunk.At("usage"u8).IsObject;
        var says = chunk.At("choices"u8).Items.Any(c => c.At("delta"u8).TextAt("content"u8) is { Length: > 0 } || c.At("finish_reason"u8).IsString);
        if (says || (counts && Chat.IncludeUsage))
        {
            WriteEvent(output, null, json => WriteCompletion(json, chunk, choice => choice.At("delta"u8).TextAt("content"u8) ?? ""));
        }
    }

    private static void Translate(ConfigReader body, Utf8JsonWriter json)
    {
        json.WriteStartObject();
        foreach (var name in Shared)
        {
            if (body.Get(name, "", AnyKind) is { } value)
            {
                json.Copy(name, value);
            }
        }

        if (PromptOf(body) is { } prompt)
        {
            json.WriteStartArray("messages"u8);
            json.WriteStartObject();
            json.WriteString("role"u8, "user"u8);
            json.WriteString("content"u8, prompt);
            json.WriteEndObject();
            json.WriteEndArray();
        }

        json.WriteEndObject();
        RefuseWhatNoChatCanDo(body);
        body.RefuseOthers();
    }

    private static string? PromptOf(ConfigReader body)
    {
        var before = body.Faults.Count;
        var prompt = body.Get("prompt", "text, or an array of one text", JsonValueKind.String, JsonValueKind.Array);
        var text = prompt is { ValueKind: JsonValueKind.Array } list && list.GetArrayLength() == 1 ? list[0] : prompt;
        if (text is { ValueKind: JsonValueKind.String } words)
        {
            return words.GetString();
        }

        if (body.IsReadable && body.Faults.Count == before)
        {
            body.Fault("prompt", prompt is null ? "is required" : "must be text, or an array of one text; ask once for each prompt");
        }

        return null;
    }

    /// <summary>What these are without having been asked for is let through: clients send their defaults.</summary>
    private static void RefuseWhatNoChatCanDo(ConfigReader body)
    {
        if (body.Get("suffix", "null", AnyKind) is { } suffix && !suffix.Says(""u8))
        {
            body.Fault("suffix", "cannot be asked of chat models");
        }

        if (body.Get("echo", "false", AnyKind) is { ValueKind: not JsonValueKind.False })
        {
            body.Fault("echo", "must be false: chat models do not repeat the prompt");
        }

        if (body.Get("logprobs", "null", AnyKind) is { } logprobs && logprobs.ValueKind is not JsonValueKind.Null)
        {
            body.Fault("logprobs", "cannot be asked of chat models");
        }

        if (body.Get("best_of", "1", AnyKind) is { } best && !(best.ValueKind == JsonValueKind.Number && best.TryGetInt32(out var count) && count == 1))
        {
            body.Fault("best_of", "must be 1");
        }
    }

    private static void WriteCompletion(Utf8JsonWriter json, JsonElement chat, Func<JsonElement, string> textOf)
    {
        json.WriteStartObject();
        json.WriteString("id"u8, IdOf(chat.TextAt("id"u8) ?? ""));
        json.WriteString("object"u8, "text_completion"u8);
        json.Copy("created"u8, chat.At("created"u8));
        json.Copy("model"u8, chat.At("model"u8));
        json.WriteStartArray("choices"u8);
        foreach (var choice in chat.At("choices"u8).Items)
        {
            json.WriteStartObject();
            json.WriteString("text"u8, textOf(choice));
            json.Copy("index"u8, choice.At("index"u8));
            json.WriteNull("logprobs"u8);
            json.WriteString("finish_reason"u8, choice.TextAt("finish_reason"u8));
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.Copy("usage"u8, chat.At("usage"u8));
        json.Copy("scaicore"u8, chat.At("scaicore"u8));
        json.WriteEndObject();
    }

    private static string IdOf(string id) => id.StartsWith("chatcmpl-", StringComparison.Ordinal) ? $"cmpl-{id["chatcmpl-".Length..]}" : id;
}
