using System.Text.Json;
using ScaiGrid.Gateway.Json;

namespace ScaiGrid.Gateway.Dialects;

/// <summary>OpenAI's <c>response</c> object: what was asked for, said back, around what came of it.</summary>
/// <param name="asked">The request. It owns its memory.</param>
internal sealed class ResponseObject(JsonElement asked, string requestId, DateTimeOffset now)
{
    public string Id { get; } = $"resp_{requestId}";

    public string Model { get; set; } = asked.TextAt("model"u8) ?? "";

    /// <summary>The chat's <c>usage</c>; undefined so far.</summary>
    public JsonElement Usage { get; set; }

    /// <summary>What a published Core tells about the run; undefined for other models.</summary>
    public JsonElement AboutRun { get; set; }

    public string? FinishReason { get; set; }

    /// <summary>How a response that came to its end ended.</summary>
    public string EndStatus => FinishReason is "length" or "content_filter" ? "incomplete" : "completed";

    /// <param name="failure">Code and message; null when nothing failed.</param>
    public void Write(Utf8JsonWriter json, string status, IReadOnlyList<OutputItem> items, (string Code, string Message)? failure = null)
    {
        json.WriteStartObject();
        json.WriteString("id"u8, Id);
        json.WriteString("object"u8, "response"u8);
        json.WriteNumber("created_at"u8, now.ToUnixTimeSeconds());
        json.WriteString("status"u8, status);
        WriteError(json, failure);
        WriteIncomplete(json, status);
        Echo(json, "instructions"u8);
        Echo(json, "max_output_tokens"u8);
        json.WriteString("model"u8, Model);
        json.WriteStartArray("output"u8);
        foreach (var item in items)
        {
            item.Write(json, "completed", empty: false);
        }

        json.WriteEndArray();
        json.WriteBoolean("parallel_tool_calls"u8, asked.At("parallel_tool_calls"u8).ValueKind != JsonValueKind.False);
        json.WriteNull("previous_response_id"u8);
        json.WriteStartObject("reasoning"u8);
        json.WriteString("effort"u8, asked.At("reasoning"u8).TextAt("effort"u8));
        json.WriteNull("summary"u8);
        json.WriteEndObject();
        json.WriteBoolean("store"u8, false);
        Echo(json, "temperature"u8);
        Echo(json, "text"u8, """{"format":{"type":"text"}}"""u8);
        Echo(json, "tool_choice"u8, "\"auto\""u8);
        Echo(json, "tools"u8, "[]"u8);
        Echo(json, "top_p"u8);
        json.WriteString("truncation"u8, "disabled"u8);
        WriteUsage(json);
        Echo(json, "user"u8);
        Echo(json, "metadata"u8, "{}"u8);
        json.Copy("scaicore"u8, AboutRun);
        json.WriteEndObject();
    }

    private void Echo(Utf8JsonWriter json, ReadOnlySpan<byte> name, ReadOnlySpan<byte> otherwise = default)
    {
        json.WritePropertyName(name);
        json.WriteRawValue(asked.At(name).IsThere ? asked.At(name).Raw : otherwise.IsEmpty ? "null"u8 : otherwise, skipInputValidation: true);
    }

    private static void WriteError(Utf8JsonWriter json, (string Code, string Message)? failure)
    {
        if (failure is not { } told)
        {
            json.WriteNull("error"u8);
            return;
        }

        json.WriteStartObject("error"u8);
        json.WriteString("code"u8, told.Code);
        json.WriteString("message"u8, told.Message);
        json.WriteEndObject();
    }

    private void WriteIncomplete(Utf8JsonWriter json, string status)
    {
        if (status != "incomplete")
        {
            json.WriteNull("incomplete_details"u8);
            return;
        }

        json.WriteStartObject("incomplete_details"u8);
        json.WriteString("reason"u8, FinishReason == "length" ? "max_output_tokens"u8 : "content_filter"u8);
        json.WriteEndObject();
    }

    private void WriteUsage(Utf8JsonWriter json)
    {
        if (!Usage.IsObject)
        {
            json.WriteNull("usage"u8);
            return;
        }

        json.WriteStartObject("usage"u8);
        json.WriteNumber("input_tokens"u8, Usage.CountAt("prompt_tokens"u8) ?? 0);
        json.WriteStartObject("input_tokens_details"u8);
        json.WriteNumber("cached_tokens"u8, Usage.At("prompt_tokens_details"u8).CountAt("cached_tokens"u8) ?? 0);
        json.WriteEndObject();
        json.WriteNumber("output_tokens"u8, Usage.CountAt("completion_tokens"u8) ?? 0);
        json.WriteStartObject("output_tokens_details"u8);
        json.WriteNumber("reasoning_tokens"u8, Usage.At("completion_tokens_details"u8).CountAt("reasoning_tokens"u8) ?? 0);
        json.WriteEndObject();
        json.WriteNumber("total_tokens"u8, Usage.CountAt("total_tokens"u8) ?? 0);
        json.WriteEndObject();
    }
}
