using System.Text.Json;
using ScaiGrid.Gateway.Json;
using ScaiGrid.Gateway.Providers.Translation;

namespace ScaiGrid.Gateway.Providers.Ollama;

/// <summary>The body of <c>POST /api/chat</c>.</summary>
internal static class OllamaBody
{
    /// <summary>Model options that have the same name in our requests.</summary>
    private static readonly string[] Options = ["temperature", "top_p", "top_k", "seed", "presence_penalty", "frequency_penalty"];

    public static void Write(EffectiveRequest request, OllamaModel model, bool stream, PooledBuffer body)
    {
        request.RequireOneChoice();
        using var json = new Utf8JsonWriter(body, JsonText.Compact);
        json.WriteStartObject();
        json.WriteString("model"u8, model.Name);
        json.WriteBoolean("stream"u8, stream);
        OllamaMessages.Write(json, request);
        WriteTools(json, request);
        WriteFormat(json, request);
        WriteOptions(json, request, model.Options);
        json.Copy("think"u8, request.At("think"u8));
        if (model.KeepAlive is { } keepAlive)
        {
            json.WriteString("keep_alive"u8, keepAlive);
        }

        json.WriteEndObject();
    }

    private static void WriteTools(Utf8JsonWriter json, EffectiveRequest request)
    {
        var choice = request.ToolChoice();
        if (choice.Use is ToolUse.Required or ToolUse.Named)
        {
            request.Refuse("tool_choice", "must be auto or none");
        }

        if (request.Functions().Count > 0 && choice.Use != ToolUse.None)
        {
            json.Copy("tools"u8, request.At("tools"u8)); // the same as ours
        }
    }

    private static void WriteFormat(Utf8JsonWriter json, EffectiveRequest request)
    {
        switch (request.Format(out var schema))
        {
            case AnswerFormat.Json:
                json.WriteString("format"u8, "json"u8);
                break;
            case AnswerFormat.Schema:
                json.Copy("format"u8, schema);
                break;
        }
    }

    private static void WriteOptions(Utf8JsonWriter json, EffectiveRequest request, JsonElement defaults)
    {
        json.WriteStartObject("options"u8);
        foreach (var option in Options)
        {
            json.Copy(option, request.At(option));
        }

        if (request.MaxTokens is { } tokens)
        {
            json.WriteNumber("num_predict"u8, tokens);
        }

        request.WriteStop(json, "stop"u8);
        if (defaults.IsObject)
        {
            foreach (var option in defaults.EnumerateObject().Where(o => !IsSaid(o.Name, request)))
            {
                option.WriteTo(json);
            }
        }

        json.WriteEndObject();
    }

    private static bool IsSaid(string option, EffectiveRequest request) => option switch
    {
        "num_predict" => request.MaxTokens is not null,
        "stop" => request.At("stop"u8).IsThere,
        _ => Options.Contains(option) && request.At(option).IsThere,
    };
}
