using System.Text.Json;

namespace ScaiGrid.Gateway.Chat;

/// <summary>The pieces that whole answers and chunks write alike.</summary>
internal static class ChatJson
{
    public static void WriteUsage(Utf8JsonWriter json, Usage usage)
    {
        json.WriteStartObject();
        json.WriteNumber("prompt_tokens"u8, usage.PromptTokens);
        json.WriteNumber("completion_tokens"u8, usage.CompletionTokens);
        json.WriteNumber("total_tokens"u8, usage.TotalTokens);
        json.WriteEndObject();
    }

    /// <param name="indexed">Chunks number their calls, whole answers do not.</param>
    public static void WriteToolCalls(Utf8JsonWriter json, IReadOnlyList<ToolCall> calls, bool indexed)
    {
        json.WriteStartArray("tool_calls"u8);
        for (var i = 0; i < calls.Count; i++)
        {
            json.WriteStartObject();
            if (indexed)
            {
                json.WriteNumber("index"u8, i);
            }

            json.WriteString("id"u8, calls[i].Id);
            json.WriteString("type"u8, "function"u8);
            json.WriteStartObject("function"u8);
            json.WriteString("name"u8, calls[i].Name);
            json.WriteString("arguments"u8, calls[i].Arguments);
            json.WriteEndObject();
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }
}
