using System.Text;
using System.Text.Json;
using ScaiGrid.Gateway.Json;
using ScaiGrid.Gateway.Providers.Translation;

namespace ScaiGrid.Gateway.Providers.Ollama;

/// <summary>Messages with one text each, the images beside it.</summary>
internal static class OllamaMessages
{
    public static void Write(Utf8JsonWriter json, EffectiveRequest request)
    {
        var called = request.CalledNames();
        json.WriteStartArray("messages"u8);
        foreach (var message in request.Messages())
        {
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
            if (message.Role == Role.Tool && message.Json.TextAt("tool_call_id"u8) is { } id)
            {
                json.WriteString("tool_call_id"u8, id);
                json.WriteString("tool_name"u8, called.GetValueOrDefault(id));
            }

            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private static void WriteContent(Utf8JsonWriter json, EffectiveRequest request, Message message)
    {
        var text = new StringBuilder();
        var images = new List<Part>();
        foreach (var part in request.PartsOf(message))
        {
            switch (part.Kind)
            {
                case PartKind.Text:
                    text.Append(text.Length > 0 ? "\n" : "").Append(part.Value.GetString());
                    break;
                case PartKind.Image:
                    images.Add(part);
                    break;
                default:
                    request.Refuse(part.Path, "must be text or an image");
                    break;
            }
        }

        json.WriteString("content"u8, text.ToString());
        if (images.Count > 0)
        {
            WriteImages(json, request, images);
        }
    }

    private static void WriteImages(Utf8JsonWriter json, EffectiveRequest request, List<Part> images)
    {
        json.WriteStartArray("images"u8);
        foreach (var image in images)
        {
            if (DataUrl.TryRead(image.Value, out var data))
            {
                json.WriteStringValue(data.Data);
            }
            else
            {
                request.Refuse($"{image.Path}.image_url.url", "must be data:…;base64: the backend fetches no images");
            }
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
            json.Copy("id"u8, call.Id);
            json.WriteStartObject("function"u8);
            json.Copy("name"u8, call.Name);
            request.WriteArguments(json, "arguments"u8, call);
            json.WriteEndObject();
            json.WriteEndObject();
        }

        if (any)
        {
            json.WriteEndArray();
        }
    }
}
