using System.Text.Json;
using ScaiGrid.Gateway.Json;
using ScaiGrid.Gateway.Providers;

namespace ScaiGrid.Gateway.Dialects;

/// <summary>Says a request of OpenAI's Responses API (<c>POST /v1/responses</c>) as a chat request. Nothing is kept between calls, so what rests on kept conversations is refused.</summary>
internal static class ResponsesRequest
{
    private static readonly JsonValueKind[] AnyKind = Enum.GetValues<JsonValueKind>();

    /// <summary>Members that mean the same in a chat, and what they are called there.</summary>
    private static readonly (string Name, string ChatName)[] Shared =
    [
        ("model", "model"), ("max_output_tokens", "max_completion_tokens"), ("temperature", "temperature"), ("top_p", "top_p"),
        ("parallel_tool_calls", "parallel_tool_calls"), ("user", "user"), ("metadata", "metadata"), ("stream", "stream"),
    ];

    /// <summary>Members that change nothing here: there is no store, no tier and no cache to choose.</summary>
    private static readonly string[] Without =
        ["store", "include", "truncation", "service_tier", "prompt_cache_key", "prompt_cache_retention", "safety_identifier", "stream_options", "max_tool_calls", "top_logprobs"];

    private static readonly (string Name, string Why)[] Refused =
    [
        ("previous_response_id", "names an earlier response, but none are kept here: send the whole conversation as input"),
        ("conversation", "names a kept conversation, but none are kept here: send the whole conversation as input"),
        ("prompt", "names a kept prompt, but none are kept here"),
    ];

    public static void Translate(ConfigReader body, Utf8JsonWriter json)
    {
        json.WriteStartObject();
        foreach (var (name, chatName) in Shared)
        {
            if (body.Get(name, "", AnyKind) is { } value)
            {
                json.Copy(chatName, value);
            }
        }

        foreach (var (name, why) in Refused)
        {
            if (body.Get(name, "", AnyKind) is not null)
            {
                body.Fault(name, why);
            }
        }

        foreach (var name in Without)
        {
            body.Get(name, "", AnyKind);
        }

        if (body.Get("background", "false", AnyKind) is { ValueKind: not JsonValueKind.False })
        {
            body.Fault("background", "must be false: responses are not kept here");
        }

        if (body.Get("reasoning", "an object", JsonValueKind.Object) is { } reasoning)
        {
            json.Copy("reasoning_effort"u8, reasoning.At("effort"u8));
        }

        WriteMessages(body, json);
        WriteTools(body, json);
        WriteFormat(body, json);
        json.WriteEndObject();
        body.RefuseOthers();
    }

    /// <summary>The name by which the caller knows a member of the chat request.</summary>
    public static string NameOf(string chatField) =>
        chatField == "max_completion_tokens" ? "max_output_tokens"
        : chatField.StartsWith("messages", StringComparison.Ordinal) ? "input"
        : chatField.StartsWith("response_format", StringComparison.Ordinal) ? "text.format"
        : chatField;

    private static void WriteMessages(ConfigReader body, Utf8JsonWriter json)
    {
        json.WriteStartArray("messages"u8);
        if (body.Get("instructions", "text", JsonValueKind.String) is { } instructions)
        {
            WriteMessage(json, "system", instructions);
        }

        var before = body.Faults.Count;
        var input = body.Get("input", "text, or an array of items", JsonValueKind.String, JsonValueKind.Array);
        if (input is { ValueKind: JsonValueKind.String } text)
        {
            WriteMessage(json, "user", text);
        }
        else if (input is { } items)
        {
            new InputItems(body, json).Write(items);
        }
        else if (body.IsReadable && body.Faults.Count == before)
        {
            body.Fault("input", "is required: text, or an array of items");
        }

        json.WriteEndArray();
    }

    private static void WriteMessage(Utf8JsonWriter json, string role, JsonElement text)
    {
        json.WriteStartObject();
        json.WriteString("role"u8, role);
        json.Copy("content"u8, text);
        json.WriteEndObject();
    }

    private static void WriteTools(ConfigReader body, Utf8JsonWriter json)
    {
        var tools = body.Get("tools", "an array of tools", JsonValueKind.Array);
        if (tools is { } list && list.GetArrayLength() > 0)
        {
            json.WriteStartArray("tools"u8);
            foreach (var (index, tool) in list.Items.Index())
            {
                if (tool.TextAt("type"u8) != "function")
                {
                    body.Fault($"tools[{index}].type", "must be function: tools that OpenAI itself performs are not offered here");
                    continue;
                }

                json.WriteStartObject();
                json.WriteString("type"u8, "function"u8);
                json.WriteStartObject("function"u8);
                foreach (var name in (ReadOnlySpan<string>)["name", "description", "parameters", "strict"])
                {
                    json.Copy(name, tool.At(System.Text.Encoding.UTF8.GetBytes(name)));
                }

                json.WriteEndObject();
                json.WriteEndObject();
            }

            json.WriteEndArray();
        }

        if (body.Get("tool_choice", "auto, none, required or a function", JsonValueKind.String, JsonValueKind.Object) is not { } choice || tools is null)
        {
            return;
        }

        if (choice.IsString)
        {
            json.Copy("tool_choice"u8, choice);
        }
        else if (choice.TextAt("type"u8) == "function" && choice.TextAt("name"u8) is { } function)
        {
            json.WriteStartObject("tool_choice"u8);
            json.WriteString("type"u8, "function"u8);
            json.WriteStartObject("function"u8);
            json.WriteString("name"u8, function);
            json.WriteEndObject();
            json.WriteEndObject();
        }
        else
        {
            body.Fault("tool_choice", "must be auto, none, required or {\"type\":\"function\",\"name\":…}");
        }
    }

    private static void WriteFormat(ConfigReader body, Utf8JsonWriter json)
    {
        var text = body.Get("text", "an object", JsonValueKind.Object) ?? default;
        json.Copy("verbosity"u8, text.At("verbosity"u8));
        var format = text.At("format"u8);
        switch (format.TextAt("type"u8))
        {
            case "json_object":
                json.Copy("response_format"u8, format);
                break;
            case "json_schema":
                json.WriteStartObject("response_format"u8);
                json.WriteString("type"u8, "json_schema"u8);
                json.WriteStartObject("json_schema"u8);
                foreach (var name in (ReadOnlySpan<string>)["name", "description", "schema", "strict"])
                {
                    json.Copy(name, format.At(System.Text.Encoding.UTF8.GetBytes(name)));
                }

                json.WriteEndObject();
                json.WriteEndObject();
                break;
            case null or "text" when !format.IsThere || format.IsObject:
                break;
            default:
                body.Fault("text.format.type", "must be text, json_object or json_schema");
                break;
        }
    }
}
