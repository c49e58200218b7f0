using System.Collections.Immutable;
using System.Text.Json;
using ScaiGrid.Gateway.Chat;
using ScaiGrid.Gateway.Embeddings;
using ScaiGrid.Gateway.Json;
using ScaiGrid.Gateway.Providers.Http;
using ScaiGrid.Gateway.Providers.Translation;

namespace ScaiGrid.Gateway.Providers.Ollama;

/// <summary>What goes with every request to a model.</summary>
/// <param name="KeepAlive">Null leaves it to the server.</param>
/// <param name="Options">Undefined when there are none.</param>
internal sealed record OllamaModel(string Name, string? KeepAlive, JsonElement Options);

internal sealed class OllamaProtocol(Uri uri, Uri embeddings, ImmutableArray<KeyValuePair<string, string>> headers, OllamaModel model) : IUpstreamProtocol, IEmbeddingProtocol
{
    public ImmutableArray<KeyValuePair<string, string>> Headers => headers;

    public Uri EmbeddingsUri => embeddings;

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

    public void Write(EmbeddingCall call, Utf8JsonWriter json)
    {
        json.WriteString("model"u8, model.Name);
        EmbeddingJson.WriteInput(json, call.Request);
        json.WriteBoolean("truncate"u8, false); // half a text's vector would be a wrong answer
        if (call.Request.Dimensions is { } dimensions)
        {
            json.WriteNumber("dimensions"u8, dimensions);
        }

        if (model.KeepAlive is { } keepAlive)
        {
            json.WriteString("keep_alive"u8, keepAlive);
        }

        json.Copy("options"u8, model.Options);
    }

    public EmbeddingReply Read(EmbeddingCall call, JsonElement answer)
    {
        var vectors = new float[]?[call.Request.InputCount];
        foreach (var (index, item) in answer.At("embeddings"u8).Items.Index())
        {
            if (index >= vectors.Length || !EmbeddingJson.TryReadVector(item, out var vector))
            {
                return HttpFailures.NotTheProtocol;
            }

            vectors[index] = vector;
        }

        return EmbeddingJson.Answer(vectors, answer.CountAt("prompt_eval_count"u8));
    }
}
