using System.Text.Json;
using ScaiGrid.Gateway.Json;
using ScaiGrid.Gateway.Providers.Translation;

namespace ScaiGrid.Gateway.Providers.Anthropic;

/// <summary>
/// The conversation as turns that alternate: neighbours of the same role become one, and the results of tools are the user's.
/// </summary>
internal ref struct AnthropicMessages
{
    private readonly Utf8JsonWriter _json;
    private readonly EffectiveRequest _request;
    private Turns _turns;

    private AnthropicMessages(Utf8JsonWriter json, EffectiveRequest request)
    {
        (_json, _request) = (json, request);
        _turns = new(json, "assistant"u8, "content"u8);
    }

    public static void Write(Utf8JsonWriter json, EffectiveRequest request)
    {
        var messages = new AnthropicMessages(json, request);
        json.WriteStartArray("messages"u8);
        foreach (var message in request.Messages())
        {
            messages.Write(message);
        }

        messages._turns.Close();
        json.WriteEndArray();
    }

    private void Write(Message message)
    {
        switch (message.Role)
        {
            case Role.User or Role.Assistant:
                foreach (var part in _request.PartsOf(message))
                {
                    _turns.Open(message.Role == Role.Assistant);
                    WritePart(part);
                }

                break;
            case Role.Tool:
                _turns.Open(isAssistant: false);
                WriteResult(message);
                break;
        }

        foreach (var call in _request.CallsOf(message))
        {
            _turns.Open(isAssistant: true);
            _json.WriteStartObject();
            _json.WriteString("type"u8, "tool_use"u8);
            _json.WriteString("id"u8, Fit(call.Id));
            _json.Copy("name"u8, call.Name);
            _request.WriteArguments(_json, "input"u8, call);
            _json.WriteEndObject();
        }
    }

    private readonly void WriteResult(Message message)
    {
        _json.WriteStartObject();
        _json.WriteString("type"u8, "tool_result"u8);
        _json.WriteString("tool_use_id"u8, Fit(message.Json.At("tool_call_id"u8)));
        _json.WriteStartArray("content"u8);
        foreach (var part in _request.PartsOf(message))
        {
            WritePart(part);
        }

        _json.WriteEndArray();
        _json.WriteEndObject();
    }

    private readonly void WritePart(Part part)
    {
        _json.WriteStartObject();
        switch (part.Kind)
        {
            case PartKind.Text:
                _json.WriteString("type"u8, "text"u8);
                _json.Copy("text"u8, part.Value);
                break;
            case PartKind.Image:
                _json.WriteString("type"u8, "image"u8);
                WriteSource(part);
                break;
            default:
                _request.Refuse(part.Path, "must be text or an image");
                break;
        }

        _json.WriteEndObject();
    }

    private readonly void WriteSource(Part image)
    {
        _json.WriteStartObject("source"u8);
        if (DataUrl.TryRead(image.Value, out var data))
        {
            _json.WriteString("type"u8, "base64"u8);
            _json.WriteString("media_type"u8, data.MediaType);
            _json.WriteString("data"u8, data.Data);
        }
        else
        {
            _request.RequireWebAddress(image);
            _json.WriteString("type"u8, "url"u8);
            _json.Copy("url"u8, image.Value);
        }

        _json.WriteEndObject();
    }

    private static string Fit(JsonElement id) => ToolIds.Fit(
        id.GetString()!, i => i.Length <= 64 && i.All(c => char.IsAsciiLetterOrDigit(c) || c is '_' or '-'), length: 32);
}
