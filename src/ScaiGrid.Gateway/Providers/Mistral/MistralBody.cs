using System.Text.Json;
using ScaiGrid.Gateway.Json;
using ScaiGrid.Gateway.Providers.Translation;

namespace ScaiGrid.Gateway.Providers.Mistral;

/// <summary>The request's body: only members that Mistral knows, since it refuses all others.</summary>
internal static class MistralBody
{
    public static void Write(EffectiveRequest request, string model, bool stream, PooledBuffer body)
    {
        request.Format(out _);
        using var json = new Utf8JsonWriter(body, JsonText.Compact);
        json.WriteStartObject();
        json.WriteString("model"u8, model);
        WriteMessages(json, request);
        WriteTools(json, request);
        WriteSettings(json, request);
        if (stream)
        {
            json.WriteBoolean("stream"u8, true); // it counts in its last chunk without being asked
        }

        json.WriteEndObject();
    }

    private static void WriteSettings(Utf8JsonWriter json, EffectiveRequest request)
    {
        if (request.MaxTokens is { } tokens)
        {
            json.WriteNumber("max_tokens"u8, tokens);
        }

        if (request.At("temperature"u8) is { ValueKind: JsonValueKind.Number } temperature)
        {
            json.WriteNumber("temperature"u8, Math.Min(temperature.GetDouble(), 1.5)); // ours goes to 2
        }

        json.Copy("top_p"u8, request.At("top_p"u8));
        json.Copy("stop"u8, request.At("stop"u8));
        json.Copy("n"u8, request.At("n"u8));
        json.Copy("presence_penalty"u8, request.At("presence_penalty"u8));
        json.Copy("frequency_penalty"u8, request.At("frequency_penalty"u8));
        json.Copy("random_seed"u8, request.At("seed"u8));
        json.Copy("response_format"u8, request.At("response_format"u8));
        json.Copy("safe_prompt"u8, request.At("safe_prompt"u8));
        json.Copy("prompt_mode"u8, request.At("prompt_mode"u8));
    }

    private static void WriteTools(Utf8JsonWriter json, EffectiveRequest request)
    {
        var choice = request.ToolChoice();
        var functions = request.Functions();
        if (functions.Count == 0)
        {
            return;
        }

        json.WriteStartArray("tools"u8);
        foreach (var function in functions)
        {
            WriteTool(json, function);
        }

        json.WriteEndArray();
        json.Copy("parallel_tool_calls"u8, request.At("parallel_tool_calls"u8));
        if (choice.Use == ToolUse.Required)
        {
            json.WriteString("tool_choice"u8, "any"u8);
        }
        else
        {
            json.Copy("tool_choice"u8, request.At("tool_choice"u8));
        }
    }

    private static void WriteTool(Utf8JsonWriter json, FunctionTool function)
    {
        json.WriteStartObject();
        json.WriteString("type"u8, "function"u8);
        json.WriteStartObject("function"u8);
        json.Copy("name"u8, function.Name);
        json.Copy("description"u8, function.Description);
        json.WritePropertyName("parameters"u8);
        json.WriteRawValue(function.Parameters.IsObject ? function.Parameters.Raw : "{}"u8, skipInputValidation: true); // it insists on some
        if (function.Strict)
        {
            json.WriteBoolean("strict"u8, true);
        }

        json.WriteEndObject();
        json.WriteEndObject();
    }

    private static void WriteMessages(Utf8JsonWriter json, EffectiveRequest request)
    {
        var left = request.At("messages"u8).GetArrayLength();
        json.WriteStartArray("messages"u8);
        foreach (var message in request.Messages())
        {
            left--;
            json.WriteStartObject();
            json.WriteString("role"u8, message.Role switch
            {
                Role.System => "system"u8,
                Role.User => "user"u8,
                Role.Assistant => "assistant"u8,
                _ => "tool"u8,
            });
            WriteContent(json, request, message);
            WriteCalls(json, request, message);
            if (message.Role == Role.Tool)
            {
                json.WriteString("tool_call_id"u8, Fit(message.Json.At("tool_call_id"u8)));
            }
            else if (message.Role == Role.Assistant && left == 0)
            {
                json.WriteBoolean("prefix"u8, true); // only so may the assistant have the last word: it goes on from there
            }

            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private static void WriteContent(Utf8JsonWriter json, EffectiveRequest request, Message message)
    {
        if (message.Role != Role.User || message.Json.At("content"u8).IsString)
        {
            json.WriteString("content"u8, request.TextOf(message));
            return;
        }

        json.WriteStartArray("content"u8);
        foreach (var part in request.PartsOf(message))
        {
            json.WriteStartObject();
            switch (part.Kind)
            {
                case PartKind.Text:
                    json.WriteString("type"u8, "text"u8);
                    json.Copy("text"u8, part.Value);
                    break;
                case PartKind.Image:
                    json.WriteString("type"u8, "image_url"u8);
                    json.Copy("image_url"u8, part.Value);
                    break;
                default:
                    json.WriteString("type"u8, "input_audio"u8);
                    json.Copy("input_audio"u8, part.Value.At("data"u8));
                    break;
            }

            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private static void WriteCalls(Utf8JsonWriter json, EffectiveRequest request, Message message)
    {
        var any = false;
        foreach (var call in request.CallsOf(message))
        {
            if (!any)
            {
                json.WriteStartArray("tool_calls"u8);
                any = true;
            }

            json.WriteStartObject();
            json.WriteString("id"u8, Fit(call.Id));
            json.WriteString("type"u8, "function"u8);
            json.WriteStartObject("function"u8);
            json.Copy("name"u8, call.Name);
            json.WriteString("arguments"u8, call.Arguments.GetString() is { Length: > 0 } arguments ? arguments : "{}");
            json.WriteEndObject();
            json.WriteEndObject();
        }

        if (any)
        {
            json.WriteEndArray();
        }
    }

    /// <summary>Ids have exactly nine letters and digits.</summary>
    private static string Fit(JsonElement id) => ToolIds.Fit(id.GetString()!, i => i.Length == 9 && i.All(char.IsAsciiLetterOrDigit), length: 9);
}
