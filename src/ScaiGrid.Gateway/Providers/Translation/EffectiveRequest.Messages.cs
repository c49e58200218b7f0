using System.Globalization;
using System.Text;
using System.Text.Json;
using ScaiGrid.Gateway.Json;

namespace ScaiGrid.Gateway.Providers.Translation;

internal enum Role
{
    /// <summary><c>system</c> and <c>developer</c>: no other protocol tells them apart.</summary>
    System,
    User,
    Assistant,
    Tool,
}

/// <param name="Path">Where it stands in the caller's request, for faults.</param>
internal readonly record struct Message(Role Role, JsonElement Json, string Path);

internal enum PartKind
{
    Text,
    Image,
    Audio,
}

/// <summary>A piece of a message's content.</summary>
/// <param name="Value">The text; the image's address; the object of <c>data</c> and <c>format</c>.</param>
internal readonly record struct Part(PartKind Kind, JsonElement Value, string Path);

/// <summary>A call that the model made earlier in the conversation.</summary>
internal readonly record struct PastCall(JsonElement Id, JsonElement Name, JsonElement Arguments, string Path);

/// <summary>The conversation.</summary>
internal sealed partial class EffectiveRequest
{
    public IEnumerable<Message> Messages()
    {
        var number = -_inserted; // the model's own system prompt is not among the caller's messages
        foreach (var message in At("messages"u8).EnumerateArray())
        {
            var role = message.At("role"u8);
            yield return new(
                role.Says("user"u8) ? Role.User
                : role.Says("assistant"u8) ? Role.Assistant
                : role.Says("tool"u8) ? Role.Tool
                : Role.System,
                message,
                string.Create(CultureInfo.InvariantCulture, $"messages[{number++}]"));
        }
    }

    /// <summary>The content's parts; texts that are empty are left out. A part of a type that we do not know is refused.</summary>
    public IEnumerable<Part> PartsOf(Message message)
    {
        var content = message.Json.At("content"u8);
        if (content.IsString)
        {
            if (content.Raw.Length > 2)
            {
                yield return new(PartKind.Text, content, $"{message.Path}.content");
            }

            yield break;
        }

        var number = 0;
        foreach (var part in content.Items)
        {
            var path = string.Create(CultureInfo.InvariantCulture, $"{message.Path}.content[{number++}]");
            var type = part.At("type"u8);
            var text = part.At(type.Says("refusal"u8) ? "refusal"u8 : "text"u8);
            if (type.Says("image_url"u8))
            {
                yield return new(PartKind.Image, part.At("image_url"u8).At("url"u8), path);
            }
            else if (type.Says("input_audio"u8))
            {
                yield return new(PartKind.Audio, part.At("input_audio"u8), path);
            }
            else if (!type.Says("text"u8) && !type.Says("refusal"u8))
            {
                Refuse(path, $"is of type {type.GetString()}");
            }
            else if (text.IsString && text.Raw.Length > 2)
            {
                yield return new(PartKind.Text, text, path);
            }
        }
    }

    /// <summary>The content as one text, its parts line by line. Images and sound are refused.</summary>
    public string TextOf(Message message)
    {
        var text = new StringBuilder();
        foreach (var part in PartsOf(message))
        {
            if (part.Kind == PartKind.Text)
            {
                text.Append(text.Length > 0 ? "\n" : "").Append(part.Value.GetString());
            }
            else
            {
                Refuse(part.Path, "must be text here");
            }
        }

        return text.ToString();
    }

    /// <summary>Refuses an image that is neither in the request nor on the web.</summary>
    public void RequireWebAddress(Part image)
    {
        var address = image.Value.GetString()!;
        if (!address.StartsWith("https://", StringComparison.OrdinalIgnoreCase) && !address.StartsWith("http://", StringComparison.OrdinalIgnoreCase))
        {
            Refuse($"{image.Path}.image_url.url", "must be a web address or data:…;base64");
        }
    }

    /// <summary>What all the messages of role <c>system</c> and <c>developer</c> say, for protocols that have one place for it; empty: nothing.</summary>
    public string SystemText() =>
        string.Join("\n\n", Messages().Where(m => m.Role == Role.System).Select(TextOf).Where(t => t.Length > 0));

    /// <summary>The calls that an assistant's message makes. Calls of anything but functions are refused.</summary>
    public IEnumerable<PastCall> CallsOf(Message message)
    {
        if (message.Role != Role.Assistant)
        {
            yield break;
        }

        var number = 0;
        foreach (var call in message.Json.At("tool_calls"u8).Items)
        {
            var path = string.Create(CultureInfo.InvariantCulture, $"{message.Path}.tool_calls[{number++}]");
            var function = call.At("function"u8);
            if (function.At("name"u8).IsString && function.At("arguments"u8).IsString)
            {
                yield return new(call.At("id"u8), function.At("name"u8), function.At("arguments"u8), path);
            }
            else
            {
                Refuse(path, "must be the call of a function");
            }
        }
    }

    /// <summary>The names of the functions that were called, by the ids of the calls, for protocols whose results name them.</summary>
    public Dictionary<string, string> CalledNames()
    {
        var names = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var call in Messages().SelectMany(CallsOf))
        {
            names[call.Id.GetString()!] = call.Name.GetString()!;
        }

        return names;
    }

    /// <summary>Writes a call's arguments as the object that their text stands for.</summary>
    public void WriteArguments(Utf8JsonWriter json, ReadOnlySpan<byte> name, PastCall call)
    {
        var text = Encoding.UTF8.GetBytes(call.Arguments.GetString()!);
        json.WritePropertyName(name);
        if (text.AsSpan().Trim(" \t\r\n"u8).IsEmpty)
        {
            json.WriteStartObject();
            json.WriteEndObject();
        }
        else if (JsonReading.TryParse(text, out var document))
        {
            using (document)
            {
                WriteObject(json, document.RootElement, call.Path);
            }
        }
        else
        {
            WriteObject(json, default, call.Path);
        }
    }

    private void WriteObject(Utf8JsonWriter json, JsonElement value, string path)
    {
        if (value.IsObject)
        {
            json.Copy(value);
            return;
        }

        Refuse($"{path}.function.arguments", "must be the text of a JSON object");
        json.WriteNullValue();
    }
}
