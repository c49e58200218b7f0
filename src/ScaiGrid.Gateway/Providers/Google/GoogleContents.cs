using System.Text;
using System.Text.Json;
using ScaiGrid.Gateway.Json;
using ScaiGrid.Gateway.Providers.Translation;

namespace ScaiGrid.Gateway.Providers.Google;

/// <summary>The conversation as contents of roles <c>user</c> and <c>model</c>, neighbours of the same role in one.</summary>
internal ref struct GoogleContents
{
    private readonly Utf8JsonWriter _json;
    private readonly EffectiveRequest _request;
    private readonly Dictionary<string, string> _called;
    private readonly bool _signed;
    private Turns _turns;
    private bool _hasCalls;

    private GoogleContents(Utf8JsonWriter json, EffectiveRequest request, bool signed)
    {
        (_json, _request, _called, _signed) = (json, request, request.CalledNames(), signed);
        _turns = new(json, "model"u8, "parts"u8);
    }

    public static void Write(Utf8JsonWriter json, EffectiveRequest request, bool signed)
    {
        var contents = new GoogleContents(json, request, signed);
        json.WriteStartArray("contents"u8);
        foreach (var message in request.Messages())
        {
            contents.Write(message);
        }

        contents._turns.Close();
        json.WriteEndArray();
    }

    private void Write(Message message)
    {
        switch (message.Role)
        {
            case Role.User or Role.Assistant:
                foreach (var part in _request.PartsOf(message))
                {
                    Open(message.Role == Role.Assistant);
                    WritePart(part);
                }

                break;
            case Role.Tool:
                Open(isModel: false);
                WriteResult(message);
                break;
        }

        foreach (var call in _request.CallsOf(message))
        {
            Open(isModel: true);
            WriteCall(call);
        }
    }

    private void Open(bool isModel) => _hasCalls &= !_turns.Open(isModel);

    private void WriteCall(PastCall call)
    {
        _json.WriteStartObject();
        _json.WriteStartObject("functionCall"u8);
        _json.Copy("name"u8, call.Name);
        _request.WriteArguments(_json, "args"u8, call);
        _json.WriteEndObject();

        // Of calls made at once only the first is signed.
        var signature = GoogleSignatures.Of(call.Id.GetString()!) ?? (_signed && !_hasCalls ? GoogleSignatures.Foreign : null);
        if (signature is not null)
        {
            _json.WriteString("thoughtSignature"u8, signature);
        }

        _json.WriteEndObject();
        _hasCalls = true;
    }

    private readonly void WriteResult(Message message)
    {
        var id = message.Json.At("tool_call_id"u8).GetString()!;
        if (!_called.TryGetValue(id, out var name))
        {
            _request.Refuse($"{message.Path}.tool_call_id", "must be the id of a call in an earlier message");
        }

        _json.WriteStartObject();
        _json.WriteStartObject("functionResponse"u8);
        _json.WriteString("name"u8, name);
        var text = Encoding.UTF8.GetBytes(_request.TextOf(message));
        if (JsonReading.TryParse(text, out var document) && document.RootElement.IsObject)
        {
            _json.Copy("response"u8, document.RootElement);
        }
        else
        {
            _json.WriteStartObject("response"u8);
            _json.WriteString("result"u8, text);
            _json.WriteEndObject();
        }

        document?.Dispose();
        _json.WriteEndObject();
        _json.WriteEndObject();
    }

    private readonly void WritePart(Part part)
    {
        _json.WriteStartObject();
        switch (part.Kind)
        {
            case PartKind.Text:
                _json.Copy("text"u8, part.Value);
                break;
            case PartKind.Image when DataUrl.TryRead(part.Value, out var image):
                _json.WriteStartObject("inlineData"u8);
                _json.WriteString("mimeType"u8, image.MediaType);
                _json.WriteString("data"u8, image.Data);
                _json.WriteEndObject();
                break;
            case PartKind.Image:
                _request.RequireWebAddress(part);
                _json.WriteStartObject("fileData"u8);
                _json.Copy("fileUri"u8, part.Value);
                _json.WriteEndObject();
                break;
            default:
                _json.WriteStartObject("inlineData"u8);
                _json.WriteString("mimeType"u8, $"audio/{part.Value.TextAt("format"u8)}");
                _json.Copy("data"u8, part.Value.At("data"u8));
                _json.WriteEndObject();
                break;
        }

        _json.WriteEndObject();
    }
}
