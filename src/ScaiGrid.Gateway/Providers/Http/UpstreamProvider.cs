using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;
using ScaiGrid.Gateway.Chat;
using ScaiGrid.Gateway.Embeddings;
using ScaiGrid.Gateway.Json;

namespace ScaiGrid.Gateway.Providers.Http;

/// <summary>One upstream that is asked over HTTP, whatever its protocol: sizes, failures and cancellation are the same for all.</summary>
internal sealed class UpstreamProvider(IUpstreamProtocol protocol, HttpMessageInvoker http, TimeProvider clock) : IChatProvider, IEmbeddingProvider
{
    /// <summary>The most bytes of one message of a stream.</summary>
    public const int LongestMessage = 1024 * 1024;

    private const int LargestAnswer = 16 * 1024 * 1024, LargestError = 64 * 1024;

    /// <summary>2048 vectors of 3072 numbers, written out.</summary>
    private const int LargestEmbeddings = 128 * 1024 * 1024;

    private static readonly MediaTypeHeaderValue JsonType = new("application/json");

    public async ValueTask<ProviderReply> ChatAsync(ChatCall call, CancellationToken ct)
    {
        try
        {
            using var body = new PooledBuffer(call.Request.Body.Length + 512);
            if (protocol.Write(call, stream: false, body) is { } fault)
            {
                return fault;
            }

            using var request = Compose(protocol.UriOf(stream: false), body);
            using var response = await http.SendAsync(request, ct);
            return response.StatusCode == HttpStatusCode.OK
                ? await ReadAnswerAsync(call, response, ct)
                : await ReadFailureAsync(response, ct);
        }
        catch (Exception e) when (HttpFailures.IsConnectionFailure(e) && !ct.IsCancellationRequested)
        {
            return HttpFailures.FromException(e);
        }
    }

    public async ValueTask<ProviderFailure?> StreamAsync(ChatCall call, ChatStream stream, CancellationToken ct)
    {
        try
        {
            using var body = new PooledBuffer(call.Request.Body.Length + 512);
            if (protocol.Write(call, stream: true, body) is { } fault)
            {
                return fault;
            }

            using var request = Compose(protocol.UriOf(stream: true), body);
            using var response = await http.SendAsync(request, ct);
            if (response.StatusCode != HttpStatusCode.OK)
            {
                return await ReadFailureAsync(response, ct);
            }

            await using var content = response.Content.ReadAsStream(ct);
            using var messages = protocol.ReadMessages();
            return await StreamCopy.RunAsync(content, messages, protocol.ReadStream(call, stream), stream, ct);
        }
        catch (Exception e) when (HttpFailures.IsConnectionFailure(e) && !ct.IsCancellationRequested && !stream.CallerLeft)
        {
            return HttpFailures.FromException(e);
        }
    }

    public async ValueTask<EmbeddingReply> EmbedAsync(EmbeddingCall call, CancellationToken ct)
    {
        if (protocol is not IEmbeddingProtocol embeddings)
        {
            return EmbeddingFailures.NotOffered;
        }

        if (call.Request.Tokens.Count > 0 && !embeddings.TakesTokens)
        {
            return EmbeddingFailures.TextOnly;
        }

        try
        {
            using var body = new PooledBuffer();
            using (var json = new Utf8JsonWriter(body, JsonText.Compact))
            {
                json.WriteStartObject();
                embeddings.Write(call, json);
                json.WriteEndObject();
            }

            using var request = Compose(embeddings.EmbeddingsUri, body);
            using var response = await http.SendAsync(request, ct);
            return response.StatusCode == HttpStatusCode.OK
                ? await ReadEmbeddingsAsync(embeddings, call, response, ct)
                : await ReadFailureAsync(response, ct);
        }
        catch (Exception e) when (HttpFailures.IsConnectionFailure(e) && !ct.IsCancellationRequested)
        {
            return HttpFailures.FromException(e);
        }
    }

    private HttpRequestMessage Compose(Uri uri, PooledBuffer body)
    {
        var request = new HttpRequestMessage(HttpMethod.Post, uri)
        {
            Content = new ReadOnlyMemoryContent(body.Written) { Headers = { ContentType = JsonType } },
        };
        foreach (var (name, value) in protocol.Headers)
        {
            request.Headers.TryAddWithoutValidation(name, value);
        }

        return request;
    }

    private static async ValueTask<EmbeddingReply> ReadEmbeddingsAsync(IEmbeddingProtocol embeddings, EmbeddingCall call, HttpResponseMessage response, CancellationToken ct)
    {
        using var buffer = new PooledBuffer();
        await using var content = response.Content.ReadAsStream(ct);
        if (!await buffer.ReadToEndAsync(content, LargestEmbeddings, ct))
        {
            return HttpFailures.TooLarge;
        }

        if (!JsonReading.TryParse(buffer.Written, out var document))
        {
            return HttpFailures.NotTheProtocol;
        }

        using (document)
        {
            return document.RootElement.IsObject ? embeddings.Read(call, document.RootElement) : HttpFailures.NotTheProtocol;
        }
    }

    private async ValueTask<ProviderReply> ReadAnswerAsync(ChatCall call, HttpResponseMessage response, CancellationToken ct)
    {
        var declared = response.Content.Headers.ContentLength ?? 4096;
        if (declared > LargestAnswer)
        {
            return HttpFailures.TooLarge;
        }

        var buffer = new PooledBuffer((int)declared + 1); // one more, so that the end is seen without growing
        var whole = false;
        try
        {
            await using var content = response.Content.ReadAsStream(ct);
            whole = await buffer.ReadToEndAsync(content, LargestAnswer, ct);
        }
        finally
        {
            if (!whole)
            {
                buffer.Dispose();
            }
        }

        return whole ? protocol.Read(call, buffer, clock.GetUtcNow()) : HttpFailures.TooLarge;
    }

    private async ValueTask<ProviderFailure> ReadFailureAsync(HttpResponseMessage response, CancellationToken ct)
    {
        using var buffer = new PooledBuffer();
        await using var content = response.Content.ReadAsStream(ct);
        var whole = await buffer.ReadToEndAsync(content, LargestError, ct);
        var body = whole ? buffer.Written : default;
        return protocol.Explain((int)response.StatusCode, body, HttpFailures.RetryAfter(response.Headers, clock.GetUtcNow()));
    }
}
