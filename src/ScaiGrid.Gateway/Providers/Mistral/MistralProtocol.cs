using System.Collections.Immutable;
using System.Text.Json;
using ScaiGrid.Gateway.Chat;
using ScaiGrid.Gateway.Embeddings;
using ScaiGrid.Gateway.Json;
using ScaiGrid.Gateway.Providers.Http;
using ScaiGrid.Gateway.Providers.Translation;

namespace ScaiGrid.Gateway.Providers.Mistral;

internal sealed class MistralProtocol(Uri uri, Uri embeddings, ImmutableArray<KeyValuePair<string, string>> headers, string model) : IUpstreamProtocol, IEmbeddingProtocol
{
    public ImmutableArray<KeyValuePair<string, string>> Headers => headers;

    public Uri EmbeddingsUri => embeddings;

    public Uri UriOf(bool stream) => uri;

    public ProviderFailure? Write(ChatCall call, bool stream, PooledBuffer body)
    {
        using var request = new EffectiveRequest(call);
        MistralBody.Write(request, model, stream, body);
        return request.Failure;
    }

    public ProviderReply Read(ChatCall call, PooledBuffer answer, DateTimeOffset now) =>
        TranslatedAnswer.Read(answer, completion => MistralAnswer.Read(call, completion, now));

    public IMessageReader ReadMessages() => new SseReader(UpstreamProvider.LongestMessage);

    public IStreamReading ReadStream(ChatCall call, ChatStream caller) => new MistralStream(caller);

    public ProviderFailure Explain(int status, ReadOnlyMemory<byte> body, TimeSpan? retryAfter) =>
        MistralFailures.From(HttpFailures.FromStatus(status, retryAfter), body);

    public void Write(EmbeddingCall call, Utf8JsonWriter json)
    {
        json.WriteString("model"u8, model);
        EmbeddingJson.WriteInput(json, call.Request);
        if (call.Request.Dimensions is { } dimensions)
        {
            json.WriteNumber("output_dimension"u8, dimensions);
        }
    }

    public EmbeddingReply Read(EmbeddingCall call, JsonElement answer) => EmbeddingJson.ReadOpenAi(call, answer);
}
