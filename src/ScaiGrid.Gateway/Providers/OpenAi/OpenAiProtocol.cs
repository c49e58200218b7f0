using System.Collections.Immutable;
using System.Text.Json;
using ScaiGrid.Gateway.Chat;
using ScaiGrid.Gateway.Embeddings;
using ScaiGrid.Gateway.Json;
using ScaiGrid.Gateway.Providers.Http;

namespace ScaiGrid.Gateway.Providers.OpenAi;

/// <summary>OpenAI's protocol, which is also ours: bodies are copied by ranges, answers are scanned once and passed on as bytes.</summary>
/// <param name="uri">Where <c>chat/completions</c> is.</param>
/// <param name="embeddings">Where <c>embeddings</c> is.</param>
/// <param name="headers">What goes with every call.</param>
/// <param name="quotedModel">The upstream's name of the model, as a JSON string; null sends the public slug.</param>
/// <param name="outputLimit">The quoted name and colon of the member that limits the output where the caller named none.</param>
internal sealed class OpenAiProtocol(
    Uri uri, Uri embeddings, ImmutableArray<KeyValuePair<string, string>> headers, byte[]? quotedModel, byte[] outputLimit) : IUpstreamProtocol, IEmbeddingProtocol
{
    public ImmutableArray<KeyValuePair<string, string>> Headers => headers;

    public Uri EmbeddingsUri => embeddings;

    public bool TakesTokens => true;

    public Uri UriOf(bool stream) => uri;

    public ProviderFailure? Write(ChatCall call, bool stream, PooledBuffer body)
    {
        OpenAiBody.Write(call, quotedModel, outputLimit, stream, body);
        return null;
    }

    public ProviderReply Read(ChatCall call, PooledBuffer answer, DateTimeOffset now)
    {
        var bytes = answer.Written.Span;
        var scan = new CompletionScan(bytes, chunk: false);
        var sound = JsonText.IsUtf8(bytes) && scan.TryRun();
        if (sound && !scan.HasError)
        {
            return new ChatAnswer(new ForwardedAnswer(answer, scan));
        }

        using (answer)
        {
            return sound ? OpenAiFailures.FromBody(bytes) : HttpFailures.NotTheProtocol;
        }
    }

    public IMessageReader ReadMessages() => new SseReader(UpstreamProvider.LongestMessage);

    public IStreamReading ReadStream(ChatCall call, ChatStream caller) => new OpenAiStream(caller);

    public ProviderFailure Explain(int status, ReadOnlyMemory<byte> body, TimeSpan? retryAfter) => OpenAiFailures.From(status, body.Span, retryAfter);

    public void Write(EmbeddingCall call, Utf8JsonWriter json)
    {
        json.WritePropertyName("model"u8);
        json.WriteRawValue(quotedModel ?? call.Route.QuotedSlug.Span, skipInputValidation: true);
        EmbeddingJson.WriteInput(json, call.Request);
        json.WriteString("encoding_format"u8, "float"u8); // what every server of this protocol knows
        if (call.Request.Dimensions is { } dimensions)
        {
            json.WriteNumber("dimensions"u8, dimensions);
        }

        if (call.Request.User is { } user)
        {
            json.WriteString("user"u8, user);
        }
    }

    public EmbeddingReply Read(EmbeddingCall call, JsonElement answer) =>
        answer.At("error"u8).IsThere ? OpenAiFailures.FromBody(answer.Raw) : EmbeddingJson.ReadOpenAi(call, answer);
}
