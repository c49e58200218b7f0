using System.Text.Json;
using ScaiGrid.Gateway.Json;
using ScaiGrid.Gateway.Providers;

namespace ScaiGrid.Gateway.Dialects;

/// <summary>Says the items of a Responses request as messages of a chat: the calls that follow one another become one message of the assistant.</summary>
internal sealed class InputItems(ConfigReader body, Utf8JsonWriter json)
{
    private bool _inCalls;

    public void Write(JsonElement items)
    {
        foreach (var (index, item) in items.Items.Index())
        {
            var path = $"input[{index}]";
            var type = item.TextAt("type"u8) ?? (item.At("role"u8).IsString ? "message" : null);
            if (type != "function_call")
            {
                EndCalls();
            }

            switch (type)
            {
                case "message": WriteMessage(item, path); break;
                case "function_call": WriteCall(item, path); break;
                case "function_call_output": WriteCallOutput(item, path); break;
                case "reasoning": break; // another model's thoughts, which a chat has no place for
                default: body.Fault($"{path}.type", "must be message, function_call, function_call_output or reasoning"); break;
            }
        }

        EndCalls();
    }

    private void WriteMessage(JsonElement item, string path)
    {
        var role = item.TextAt("role"u8);
        if (role is not ("user" or "assistant" or "system" or "developer"))
        {
            body.Fault($"{path}.role", "must be user, assistant, system or developer");
            return;
        }

        json.WriteStartObject();
        json.WriteString("role"u8, role);
        WriteContent(item.At("content"u8), $"{path}.content", textOnly: role != "user");
        json.WriteEndObject();
    }

    private void WriteCall(JsonElement item, string path)
    {
        if (item.TextAt("call_id"u8) is not { } id || item.TextAt("name"u8) is not { } name || item.TextAt("arguments"u8) is not { } arguments)
        {
            body.Fault(path, "must have a call_id, a name and arguments, each of them text");
            return;
        }

        if (!_inCalls)
        {
            _inCalls = true;
            json.WriteStartObject();
            json.WriteString("role"u8, "assistant"u8);
            json.WriteStartArray("tool_calls"u8);
        }

        json.WriteStartObject();
        json.WriteString("id"u8, id);
        json.WriteString("type"u8, "function"u8);
        json.WriteStartObject("function"u8);
        json.WriteString("name"u8, name);
        json.WriteString("arguments"u8, arguments);
        json.WriteEndObject();
        json.WriteEndObject();
    }

    private void EndCalls()
    {
        if (_inCalls)
        {
            _inCalls = false;
            json.WriteEndArray();
            json.WriteEndObject();
        }
    }

    private void WriteCallOutput(JsonElement item, string path)
    {
        if (item.TextAt("call_id"u8) is not { } id)
        {
            body.Fault($"{path}.call_id", "is required");
            return;
        }

        json.WriteStartObject();
        json.WriteString("role"u8, "tool"u8);
        json.WriteString("tool_call_id"u8, id);
        WriteContent(item.At("output"u8), $"{path}.output", textOnly: true);
        json.WriteEndObject();
    }

    private void WriteContent(JsonElement content, string path, bool textOnly)
    {
        if (content.IsString)
        {
            json.Copy("content"u8, content);
            return;
        }

        if (!content.IsArray)
        {
            body.Fault(path, "must be text, or an array of parts");
            return;
        }

        json.WriteStartArray("content"u8);
        foreach (var (index, part) in content.Items.Index())
        {
            WritePart(part, $"{path}[{index}]", textOnly);
        }

        json.WriteEndArray();
    }

    private void WritePart(JsonElement part, string path, bool textOnly)
    {
        var type = part.TextAt("type"u8);
        if ((part.TextAt("text"u8) ?? part.TextAt("refusal"u8)) is { } text && type is "input_text" or "output_text" or "text" or "refusal")
        {
            json.WriteStartObject();
            json.WriteString("type"u8, "text"u8);
            json.WriteString("text"u8, text);
            json.WriteEndObject();
        }
        else if (type == "input_image" && !textOnly && part.TextAt("image_url"u8) is { } url)
        {
            json.WriteStartObject();
            json.WriteString("type"u8, "image_url"u8);
            json.WriteStartObject("image_url"u8);
            json.WriteString("url"u8, url);
            json.Copy("detail"u8, part.At("detail"u8));
            json.WriteEndObject();
            json.WriteEndObject();
        }
        else
        {
            body.Fault(path, textOnly ? "must be text of type input_text or output_text" : "must be text of type input_text, or an input_image with an image_url");
        }
    }
}
