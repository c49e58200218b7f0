using System.Net;
using System.Net.Http.Headers;
using ScaiGrid.Gateway.Chat;
using ScaiGrid.Gateway.Json;

namespace ScaiGrid.Gateway.Providers.Http;

/// <summary>One upstream that is asked over HTTP, whatever its protocol: sizes, failures and cancellation are the same for all.</summary>
internal sealed class UpstreamProvider(IUpstreamProtocol protocol, HttpMessageInvoker http, TimeProvider clock) : IChatProvider
{
    /// <summary>The most bytes of one message of a stream.</summary>
    public const int LongestMessage = 1024 * 1024;

    private const int LargestAnswer = 16 * 1024 * 1024, LargestError = 64 * 1024;

    private static readonly MediaTypeHeaderValue Json = new("application/json");

    public async ValueTask<ProviderReply> ChatAsync(ChatCall call, CancellationToken ct)
    {
        try
        {
            using var body = new PooledBuffer(call.Request.Body.Length + 512);
            if (protocol.Write(call, stream: false, body) is { } fault)
            {
                return fault;
            }

            using var request = Compose(stream: false, body);
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

            using var request = Compose(stream: true, body);
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

    private HttpRequestMessage Compose(bool stream, PooledBuffer body)
    {
        var request = new HttpRequestMessage(HttpMethod.Post, protocol.UriOf(stream))
        {
            Content = new ReadOnlyMemoryContent(body.Written) { Headers = { ContentType = Json } },
        };
        foreach (var (name, value) in protocol.Headers)
        {
            request.Headers.TryAddWithoutValidation(name, value);
        }

        return request;
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
