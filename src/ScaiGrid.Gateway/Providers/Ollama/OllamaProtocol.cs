using System.Collections.Immutable;
using System.Text.Json;
using ScaiGrid.Gateway.Chat;
using ScaiGrid.Gateway.Json;
using ScaiGrid.Gateway.Providers.Http;
using ScaiGrid.Gateway.Providers.Translation;

namespace ScaiGrid.Gateway.Providers.Ollama;

/// <summary>What goes with every request to a model.</summary>
/// <param name="KeepAlive">Null leaves it to the server.</param>
/// <param name="Options">Undefined when there are none.</param>
internal sealed record OllamaModel(string Name, string? KeepAlive, JsonElement Options);

internal sealed class OllamaProtocol(Uri uri, ImmutableArray<KeyValuePair<string, string>> headers, OllamaModel model) : IUpstreamProtocol
{
    public ImmutableArray<KeyValuePair<string, string>> Headers => headers;

    public Uri UriOf(bool stream) => uri;

    public ProviderFailure? Write(ChatCall call, bool stream, PooledBuffer body)
    {
        using var request = new EffectiveRequest(call);
        OllamaBody.Write(request, model, stream, body);
        return request.Failure;
    }

    public ProviderReply Read(ChatCall call, PooledBuffer answer, DateTimeOffset now) =>
        TranslatedAnswer.Read(answer, response => OllamaAnswer.Read(call, response, now));

    public IMessageReader ReadMessages() => new LineReader(UpstreamProvider.LongestMessage);

    public IStreamReading ReadStream(ChatCall call, ChatStream caller) => new OllamaStream(call.Context.RequestId, caller);

    public ProviderFailure Explain(int status, ReadOnlyMemory<byte> body, TimeSpan? retryAfter) =>
        OllamaFailures.From(HttpFailures.FromStatus(status, retryAfter), body);
}
