using System.Text.Json;
using ScaiGrid.Gateway.Json;
using ScaiGrid.Gateway.Providers.Translation;

namespace ScaiGrid.Gateway.Providers.Google;

/// <summary>The request's body: what <c>generateContent</c> calls the members of ours.</summary>
internal static class GoogleBody
{
    /// <param name="signed">Every function call of the past needs a signature.</param>
    public static void Write(EffectiveRequest request, bool signed, PooledBuffer body)
    {
        using var json = new Utf8JsonWriter(body, JsonText.Compact);
        json.WriteStartObject();
        if (request.SystemText() is { Length: > 0 } system)
        {
            json.WriteStartObject("systemInstruction"u8);
            json.WriteStartArray("parts"u8);
            json.WriteStartObject();
            json.WriteString("text"u8, system);
            json.WriteEndObject();
            json.WriteEndArray();
            json.WriteEndObject();
        }

        GoogleContents.Write(json, request, signed);
        WriteTools(json, request);
        WriteConfig(json, request);
        json.Copy("safetySettings"u8, request.At("safety_settings"u8));
        json.WriteEndObject();
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
        json.WriteStartObject();
        json.WriteStartArray("functionDeclarations"u8);
        foreach (var function in functions)
        {
            json.WriteStartObject();
            json.Copy("name"u8, function.Name);
            json.Copy("description"u8, function.Description);
            json.Copy("parametersJsonSchema"u8, function.Parameters);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteEndObject();
        json.WriteEndArray();
        if (choice.Use != ToolUse.Unsaid)
        {
            WriteToolConfig(json, choice);
        }
    }

    private static void WriteToolConfig(Utf8JsonWriter json, ToolChoice choice)
    {
        json.WriteStartObject("toolConfig"u8);
        json.WriteStartObject("functionCallingConfig"u8);
        json.WriteString("mode"u8, choice.Use switch
        {
            ToolUse.None => "NONE"u8,
            ToolUse.Auto => "AUTO"u8,
            _ => "ANY"u8,
        });
        if (choice.Use == ToolUse.Named)
        {
            json.WriteStartArray("allowedFunctionNames"u8);
            json.Copy(choice.Name);
            json.WriteEndArray();
        }

        json.WriteEndObject();
        json.WriteEndObject();
    }

    private static void WriteConfig(Utf8JsonWriter json, EffectiveRequest request)
    {
        json.WriteStartObject("generationConfig"u8);
        json.Copy("temperature"u8, request.At("temperature"u8));
        json.Copy("topP"u8, request.At("top_p"u8));
        json.Copy("topK"u8, request.At("top_k"u8));
        json.Copy("presencePenalty"u8, request.At("presence_penalty"u8));
        json.Copy("frequencyPenalty"u8, request.At("frequency_penalty"u8));
        json.Copy("candidateCount"u8, request.At("n"u8));
        json.Copy("thinkingConfig"u8, request.At("thinking_config"u8));
        if (request.MaxTokens is { } tokens)
        {
            json.WriteNumber("maxOutputTokens"u8, tokens);
        }

        if (request.At("seed"u8) is { ValueKind: JsonValueKind.Number } seed)
        {
            json.WriteNumber("seed"u8, unchecked((int)seed.GetInt64())); // theirs has 32 bits
        }

        request.WriteStop(json, "stopSequences"u8);
        if (request.Format(out var schema) is var format and not AnswerFormat.Text)
        {
            json.WriteString("responseMimeType"u8, "application/json"u8);
            if (format == AnswerFormat.Schema)
            {
                json.Copy("responseJsonSchema"u8, schema);
            }
        }

        json.WriteEndObject();
    }
}
