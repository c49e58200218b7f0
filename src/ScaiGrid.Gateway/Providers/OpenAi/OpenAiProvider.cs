using System.Net;
using System.Net.Http.Headers;
using ScaiGrid.Gateway.Chat;
using ScaiGrid.Gateway.Json;
using ScaiGrid.Gateway.Providers.Http;

namespace ScaiGrid.Gateway.Providers.OpenAi;

/// <summary>One OpenAI-protocol upstream: bodies are copied by ranges, answers are scanned once and passed on as bytes.</summary>
internal sealed class OpenAiProvider(OpenAiConnection connection, HttpMessageInvoker http, TimeProvider clock) : IChatProvider
{
    private const int LargestAnswer = 16 * 1024 * 1024, LargestError = 64 * 1024, LargestEvent = 1024 * 1024;

    private static readonly MediaTypeHeaderValue Json = new("application/json");

    public async ValueTask<ProviderReply> ChatAsync(ChatCall call, CancellationToken ct)
    {
        try
        {
            using var body = new PooledBuffer(call.Request.Body.Length + 512);
            using var request = Compose(call, stream: false, body);
            using var response = await http.SendAsync(request, ct);
            return response.StatusCode == HttpStatusCode.OK
                ? await ReadAnswerAsync(response, ct)
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
            using var request = Compose(call, stream: true, body);
            using var response = await http.SendAsync(request, ct);
            if (response.StatusCode != HttpStatusCode.OK)
            {
                return await ReadFailureAsync(response, ct);
            }

            await using var content = await response.Content.ReadAsStreamAsync(ct);
            return await OpenAiStream.CopyAsync(content, stream, LargestEvent, ct);
        }
        catch (Exception e) when (HttpFailures.IsConnectionFailure(e) && !ct.IsCancellationRequested && !stream.CallerLeft)
        {
            return HttpFailures.FromException(e);
        }
    }

    private HttpRequestMessage Compose(ChatCall call, bool stream, PooledBuffer body)
    {
        OpenAiBody.Write(call, connection, stream, body);
        var request = new HttpRequestMessage(HttpMethod.Post, connection.ChatUri)
        {
            Content = new ReadOnlyMemoryContent(body.Written) { Headers = { ContentType = Json } },
        };
        foreach (var (name, value) in connection.Headers)
        {
            request.Headers.TryAddWithoutValidation(name, value);
        }

        return request;
    }

    private static async ValueTask<ProviderReply> ReadAnswerAsync(HttpResponseMessage response, CancellationToken ct)
    {
        var declared = response.Content.Headers.ContentLength ?? 4096;
        if (declared > LargestAnswer)
        {
            return HttpFailures.TooLarge;
        }

        var buffer = new PooledBuffer((int)declared + 1); // one more, so that the end is seen without growing
        var taken = false;
        try
        {
            await using var content = await response.Content.ReadAsStreamAsync(ct);
            if (!await buffer.ReadToEndAsync(content, LargestAnswer, ct))
            {
                return HttpFailures.TooLarge;
            }

            var reply = Understand(buffer);
            taken = reply.Succeeded(out _, out _);
            return reply;
        }
        finally
        {
            if (!taken)
            {
                buffer.Dispose();
            }
        }
    }

    /// <summary>The buffer belongs to the answer when there is one.</summary>
    private static ProviderReply Understand(PooledBuffer buffer)
    {
        var bytes = buffer.Written.Span;
        var scan = new CompletionScan(bytes, chunk: false);
        return !JsonText.IsUtf8(bytes) || !scan.TryRun() ? HttpFailures.NotTheProtocol
            : scan.HasError ? OpenAiFailures.FromBody(bytes)
            : new ChatAnswer(new ForwardedAnswer(buffer, scan));
    }

    private async ValueTask<ProviderFailure> ReadFailureAsync(HttpResponseMessage response, CancellationToken ct)
    {
        using var buffer = new PooledBuffer();
        await using var content = await response.Content.ReadAsStreamAsync(ct);
        var whole = await buffer.ReadToEndAsync(content, LargestError, ct);
        var body = whole ? buffer.Written.Span : default;
        return OpenAiFailures.From((int)response.StatusCode, body, HttpFailures.RetryAfter(response.Headers, clock.GetUtcNow()));
    }
}
