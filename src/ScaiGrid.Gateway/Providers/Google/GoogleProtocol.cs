using System.Collections.Immutable;
using ScaiGrid.Gateway.Chat;
using ScaiGrid.Gateway.Json;
using ScaiGrid.Gateway.Providers.Http;
using ScaiGrid.Gateway.Providers.Translation;

namespace ScaiGrid.Gateway.Providers.Google;

/// <param name="baseUrl">What <c>/models/…</c> follows.</param>
/// <param name="model">The upstream's name of the model, with or without <c>models/</c> before it.</param>
internal sealed class GoogleProtocol(string baseUrl, ImmutableArray<KeyValuePair<string, string>> headers, string model) : IUpstreamProtocol
{
    private readonly string _model = model.StartsWith("models/", StringComparison.Ordinal) ? model["models/".Length..] : model;
    private Uri? _whole, _stream;

    public ImmutableArray<KeyValuePair<string, string>> Headers => headers;

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
}
