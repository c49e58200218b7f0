using System.Text.Json;
using ScaiGrid.Gateway.Json;
using ScaiGrid.Gateway.Providers.OpenAi;

namespace ScaiGrid.Gateway.Providers.Translation;

/// <summary>
/// A request with the model's own settings applied (system prompt, default parameters, output limit), for translation into
/// another protocol. What that protocol cannot say is refused by field, all of it at once.
/// </summary>
internal sealed partial class EffectiveRequest : IDisposable
{
    private readonly PooledBuffer _body;
    private readonly JsonDocument _document;
    private readonly int _inserted;
    private Faults _faults;

    public EffectiveRequest(ChatCall call)
    {
        _body = new(call.Request.Body.Length + 512);
        OpenAiBody.Write(call, default, "\"max_tokens\":"u8, stream: false, _body);
        _document = JsonDocument.Parse(_body.Written, new() { MaxDepth = JsonText.MaxDepth });
        _inserted = call.Route.SystemMessage is null ? 0 : 1;
    }

    /// <summary>A failure of the caller's once something was refused; else null.</summary>
    public ProviderFailure? Failure => _faults.Any ? Http.HttpFailures.CannotAsk(_faults.List) : null;

    /// <summary>The lower of <c>max_tokens</c> and <c>max_completion_tokens</c>; null when neither is given.</summary>
    public int? MaxTokens => At("max_tokens"u8).IsThere && At("max_completion_tokens"u8).IsThere
        ? Math.Min(At("max_tokens"u8).GetInt32(), At("max_completion_tokens"u8).GetInt32())
        : Root.CountAt("max_tokens"u8) ?? Root.CountAt("max_completion_tokens"u8);

    private JsonElement Root => _document.RootElement;

    /// <summary>A member of the request; undefined when it is not there.</summary>
    public JsonElement At(ReadOnlySpan<byte> name) => Root.At(name);

    /// <inheritdoc cref="At(ReadOnlySpan{byte})"/>
    public JsonElement At(string name) => Root.TryGetProperty(name, out var value) ? value : default;

    public void Refuse(string field, string message) => _faults.Add(field, message);

    /// <summary>For protocols that answer once: <c>n</c> above 1 is refused.</summary>
    public void RequireOneChoice()
    {
        if (Root.CountAt("n"u8) > 1)
        {
            Refuse("n", "must be 1");
        }
    }

    /// <summary>Writes <c>stop</c> as an array, under another name.</summary>
    public void WriteStop(Utf8JsonWriter json, ReadOnlySpan<byte> name)
    {
        var stop = At("stop"u8);
        if (stop.IsString)
        {
            json.WriteStartArray(name);
            json.Copy(stop);
            json.WriteEndArray();
        }
        else if (stop.IsArray && stop.GetArrayLength() > 0)
        {
            json.Copy(name, stop);
        }
    }

    public void Dispose()
    {
        _document.Dispose();
        _body.Dispose();
    }
}
