using System.Collections.Immutable;
using System.Text.Json;
using ScaiGrid.Gateway.Chat;
using ScaiGrid.Gateway.Embeddings;
using ScaiGrid.Gateway.Json;
using ScaiGrid.Gateway.Providers.Http;
using ScaiGrid.Gateway.Providers.Translation;

namespace ScaiGrid.Gateway.Providers.Google;

/// <param name="baseUrl">What <c>/models/…</c> follows.</param>
/// <param name="model">The upstream's name of the model, with or without <c>models/</c> before it.</param>
internal sealed class GoogleProtocol(string baseUrl, ImmutableArray<KeyValuePair<string, string>> headers, string model) : IUpstreamProtocol, IEmbeddingProtocol
{
    private readonly string _model = model.StartsWith("models/", StringComparison.Ordinal) ? model["models/".Length..] : model;
    private Uri? _whole, _stream, _embeddings;

    public ImmutableArray<KeyValuePair<string, string>> Headers => headers;

    public Uri EmbeddingsUri => _embeddings ??= new($"{baseUrl}/models/{Uri.EscapeDataString(_model)}:batchEmbedContents");

    public Uri UriOf(bool stream) => stream
        ? _stream ??= new($"{baseUrl}/models/{Uri.EscapeDataString(_model)}:streamGenerateContent?alt=sse")
        : _whole ??= new($"{baseUrl}/models/{Uri.EscapeDataString(_model)}:generateContent");

    public ProviderFailure? Write(ChatCall call, bool stream, PooledBuffer body)
    {
        using var request = new EffectiveRequest(call);
        GoogleBody.Write(request, GoogleSignatures.AreRequiredBy(_model), body);
        return request.Failure;
    }

    public ProviderReply Read(ChatCall call, PooledBuffer answer, DateTimeOffset now) =>
        TranslatedAnswer.Read(answer, response => GoogleAnswer.Read(call, response, now));

    public IMessageReader ReadMessages() => new SseReader(UpstreamProvider.LongestMessage);

    public IStreamReading ReadStream(ChatCall call, ChatStream caller) => new GoogleStream(call.Context.RequestId, caller);

    public ProviderFailure Explain(int status, ReadOnlyMemory<byte> body, TimeSpan? retryAfter) =>
        GoogleFailures.From(HttpFailures.FromStatus(status, retryAfter), body);

    public void Write(EmbeddingCall call, Utf8JsonWriter json)
    {
        json.WriteStartArray("requests"u8);
        foreach (var text in call.Request.Texts)
        {
            json.WriteStartObject();
            json.WriteString("model"u8, $"models/{_model}");
            json.WriteStartObject("content"u8);
            json.WriteStartArray("parts"u8);
            json.WriteStartObject();
            json.WriteString("text"u8, text);
            json.WriteEndObject();
            json.WriteEndArray();
            json.WriteEndObject();
            if (call.Request.Dimensions is { } dimensions)
            {
                json.WriteNumber("outputDimensionality"u8, dimensions);
            }

            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    public EmbeddingReply Read(EmbeddingCall call, JsonElement answer)
    {
        var vectors = new float[]?[call.Request.InputCount];
        foreach (var (index, item) in answer.At("embeddings"u8).Items.Index())
        {
            if (index >= vectors.Length || !EmbeddingJson.TryReadVector(item.At("values"u8), out var vector))
            {
                return HttpFailures.NotTheProtocol;
            }

            vectors[index] = vector;
        }

        return EmbeddingJson.Answer(vectors, answer.At("usageMetadata"u8).CountAt("promptTokenCount"u8));
    }
}
