using System.Text.Json;
using ScaiGrid.Gateway.Json;
using ScaiGrid.Gateway.Providers.Translation;

namespace ScaiGrid.Gateway.Providers.Anthropic;

/// <summary>The request's body: what the Messages API calls the members of ours.</summary>
internal static class AnthropicBody
{
    /// <summary>The protocol knows answers of a schema, but none of just any JSON.</summary>
    private const string AnyJson = "Answer with one JSON object and nothing else.";

    public static void Write(EffectiveRequest request, string model, int limit, bool stream, PooledBuffer body)
    {
        request.RequireOneChoice();
        var format = request.Format(out var schema);
        using var json = new Utf8JsonWriter(body, JsonText.Compact);
        json.WriteStartObject();
        json.WriteString("model"u8, model);
        json.WriteNumber("max_tokens"u8, request.MaxTokens ?? limit);
        WriteSystem(json, request, format);
        AnthropicMessages.Write(json, request);
        WriteTools(json, request);
        WriteSettings(json, request);
        if (format == AnswerFormat.Schema && schema.IsObject)
        {
            json.WriteStartObject("output_config"u8);
            json.WriteStartObject("format"u8);
            json.WriteString("type"u8, "json_schema"u8);
            json.Copy("schema"u8, schema);
            json.WriteEndObject();
            json.WriteEndObject();
        }

        if (stream)
        {
            json.WriteBoolean("stream"u8, true);
        }

        json.WriteEndObject();
    }

    private static void WriteSystem(Utf8JsonWriter json, EffectiveRequest request, AnswerFormat format)
    {
        var system = request.SystemText();
        if (format == AnswerFormat.Json)
        {
            system = system.Length > 0 ? $"{system}\n\n{AnyJson}" : AnyJson;
        }

        if (system.Length > 0)
        {
            json.WriteString("system"u8, system);
        }
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
            json.WriteStartObject();
            json.Copy("name"u8, function.Name);
            json.Copy("description"u8, function.Description);
            if (function.Parameters.IsObject)
            {
                json.Copy("input_schema"u8, function.Parameters);
            }
            else
            {
                json.WriteStartObject("input_schema"u8);
                json.WriteString("type"u8, "object"u8);
                json.WriteEndObject();
            }

            if (function.Strict)
            {
                json.WriteBoolean("strict"u8, true);
            }

            json.WriteEndObject();
        }

        json.WriteEndArray();
        WriteToolChoice(json, choice, oneAtATime: request.At("parallel_tool_calls"u8).ValueKind == JsonValueKind.False);
    }

    private static void WriteToolChoice(Utf8JsonWriter json, ToolChoice choice, bool oneAtATime)
    {
        if (choice.Use == ToolUse.Unsaid && !oneAtATime)
        {
            return;
        }

        json.WriteStartObject("tool_choice"u8);
        json.WriteString("type"u8, choice.Use switch
        {
            ToolUse.None => "none"u8,
            ToolUse.Required => "any"u8,
            ToolUse.Named => "tool"u8,
            _ => "auto"u8,
        });
        json.Copy("name"u8, choice.Name);
        if (oneAtATime && choice.Use != ToolUse.None)
        {
            json.WriteBoolean("disable_parallel_tool_use"u8, true);
        }

        json.WriteEndObject();
    }

    private static void WriteSettings(Utf8JsonWriter json, EffectiveRequest request)
    {
        if (request.At("temperature"u8) is { ValueKind: JsonValueKind.Number } temperature)
        {
            json.WriteNumber("temperature"u8, Math.Min(temperature.GetDouble(), 1)); // ours goes to 2, theirs to 1
        }

        json.Copy("top_p"u8, request.At("top_p"u8));
        json.Copy("top_k"u8, request.At("top_k"u8));
        json.Copy("thinking"u8, request.At("thinking"u8));
        request.WriteStop(json, "stop_sequences"u8);
        if (request.At("user"u8) is { ValueKind: JsonValueKind.String } user)
        {
            json.WriteStartObject("metadata"u8);
            json.Copy("user_id"u8, user);
            json.WriteEndObject();
        }
    }
}
