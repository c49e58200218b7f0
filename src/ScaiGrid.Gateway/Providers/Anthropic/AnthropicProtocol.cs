using System.Collections.Immutable;
using ScaiGrid.Gateway.Chat;
using ScaiGrid.Gateway.Json;
using ScaiGrid.Gateway.Providers.Http;
using ScaiGrid.Gateway.Providers.Translation;

namespace ScaiGrid.Gateway.Providers.Anthropic;

/// <param name="model">The upstream's name of the model.</param>
/// <param name="limit">The output limit where nobody gave one.</param>
internal sealed class AnthropicProtocol(
    Uri uri, ImmutableArray<KeyValuePair<string, string>> headers, string model, int limit) : IUpstreamProtocol
{
    public ImmutableArray<KeyValuePair<string, string>> Headers => headers;

    public Uri UriOf(bool stream) => uri;

    public ProviderFailure? Write(ChatCall call, bool stream, PooledBuffer body)
    {
        using var request = new EffectiveRequest(call);
        AnthropicBody.Write(request, model, limit, stream, body);
        return request.Failure;
    }

    public ProviderReply Read(ChatCall call, PooledBuffer answer, DateTimeOffset now) =>
        TranslatedAnswer.Read(answer, message => AnthropicAnswer.Read(call, message, now));

    public IMessageReader ReadMessages() => new SseReader(UpstreamProvider.LongestMessage);

    public IStreamReading ReadStream(ChatCall call, ChatStream caller) => new AnthropicStream(caller);

    public ProviderFailure Explain(int status, ReadOnlyMemory<byte> body, TimeSpan? retryAfter) =>
        AnthropicFailures.From(HttpFailures.FromStatus(status, retryAfter), body);
}
