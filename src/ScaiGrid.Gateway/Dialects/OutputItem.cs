using System.Text;
using System.Text.Json;

namespace ScaiGrid.Gateway.Dialects;

/// <summary>One item of a response's output: what the model says, or a function that it wants called.</summary>
/// <param name="CallId">Null for what the model says.</param>
internal sealed record OutputItem(string Id, int Index, string? CallId, string Name)
{
    /// <summary>The number of the call within a streamed answer; null for text.</summary>
    public int? CallNumber { get; init; }

    /// <summary>The words, or the call's arguments.</summary>
    public StringBuilder Text { get; } = new();

    public bool IsCall => CallId is not null;

    public static OutputItem Message(string responseId, int index) => new($"msg_{responseId}_{index}", index, null, "");

    public static OutputItem Call(string responseId, int index, string callId, string name) => new($"fc_{responseId}_{index}", index, callId, name);

    /// <param name="empty">True while nothing of it has been told.</param>
    public void Write(Utf8JsonWriter json, string status, bool empty)
    {
        json.WriteStartObject();
        json.WriteString("id"u8, Id);
        json.WriteString("type"u8, IsCall ? "function_call"u8 : "message"u8);
        json.WriteString("status"u8, status);
        if (IsCall)
        {
            json.WriteString("call_id"u8, CallId);
            json.WriteString("name"u8, Name);
            json.WriteString("arguments"u8, empty ? "" : Text.ToString());
        }
        else
        {
            json.WriteString("role"u8, "assistant"u8);
            json.WriteStartArray("content"u8);
            if (!empty)
            {
                WritePart(json, Text.ToString());
            }

            json.WriteEndArray();
        }

        json.WriteEndObject();
    }

    /// <summary>Where in the output an event belongs.</summary>
    public void WritePlace(Utf8JsonWriter json)
    {
        json.WriteString("item_id"u8, Id);
        json.WriteNumber("output_index"u8, Index);
        if (!IsCall)
        {
            json.WriteNumber("content_index"u8, 0);
        }
    }

    public void WriteLogprobs(Utf8JsonWriter json)
    {
        if (!IsCall)
        {
            json.WriteStartArray("logprobs"u8);
            json.WriteEndArray();
        }
    }

    public static void WritePart(Utf8JsonWriter json, string text)
    {
        json.WriteStartObject();
        json.WriteString("type"u8, "output_text"u8);
        json.WriteString("text"u8, text);
        json.WriteStartArray("annotations"u8);
        json.WriteEndArray();
        json.WriteStartArray("logprobs"u8);
        json.WriteEndArray();
        json.WriteEndObject();
    }
}
