using ScaiGrid.Gateway.Providers;
using ScaiGrid.Gateway.Providers.Http;
using ScaiGrid.Gateway.Providers.OpenAi;

namespace ScaiGrid.Gateway.Tests.Providers.OpenAi;

public sealed class OpenAiContract : ProviderContract, IAsyncDisposable
{
    private readonly UpstreamHttp _http = new();
    private readonly FakeUpstream _upstream = new();

    internal override IChatProvider Answering() => With(
        Sample.Answer.Replace("Hi there.", "Well, hello there.", StringComparison.Ordinal)
            .Replace("\"prompt_tokens\":12,\"completion_tokens\":3", "\"prompt_tokens\":11,\"completion_tokens\":4", StringComparison.Ordinal),
        Chunk("""[{"index":0,"delta":{"role":"assistant","content":""},"finish_reason":null}]"""),
        Chunk("""[{"index":0,"delta":{"content":"Well, "},"finish_reason":null}]"""),
        Chunk("""[{"index":0,"delta":{"content":"hello there."},"finish_reason":null}]"""),
        Chunk("""[{"index":0,"delta":{},"finish_reason":"stop"}]"""),
        Chunk("[]", """{"prompt_tokens":11,"completion_tokens":4,"total_tokens":15}"""),
        "data: [DONE]\n\n");

    internal override IChatProvider CallingATool() => With(
        """{"id":"1","created":1,"choices":[{"index":0,"message":{"role":"assistant","content":null,"tool_calls":[{"id":"call_1","type":"function","function":{"name":"find","arguments":"{\"q\":\"x\"}"}}]},"finish_reason":"tool_calls"}]}""",
        Chunk("""[{"index":0,"delta":{"role":"assistant","content":null,"tool_calls":[{"index":0,"id":"call_1","type":"function","function":{"name":"find","arguments":""}}]}}]"""),
        Chunk("""[{"index":0,"delta":{"tool_calls":[{"index":0,"function":{"arguments":"{\"q\":"}}]}}]"""),
        Chunk("""[{"index":0,"delta":{"tool_calls":[{"index":0,"function":{"arguments":"\"x\"}"}}]}}]"""),
        Chunk("""[{"index":0,"delta":{},"finish_reason":"tool_calls"}]"""),
        "data: [DONE]\n\n");

    internal override IChatProvider Failing()
    {
        _upstream.Then(503, "<html>127.0.0.1 is busy</html>");
        return Connect();
    }

    internal override IChatProvider Silent()
    {
        _upstream.Then(_upstream.UntilPeerClosesAsync);
        return Connect();
    }

    internal override IChatProvider BreakingOff()
    {
        _upstream.ThenStream(
            Chunk("""[{"index":0,"delta":{"role":"assistant","content":""},"finish_reason":null}]"""),
            Chunk("""[{"index":0,"delta":{"content":"Well, "},"finish_reason":null}]"""));
        return Connect();
    }

    public async ValueTask DisposeAsync()
    {
        _http.Dispose();
        await _upstream.DisposeAsync();
    }

    private static string Chunk(string choices, string usage = "null") =>
        $$"""
        data: {"id":"chatcmpl-9","object":"chat.completion.chunk","created":1700000000,"model":"gpt-secret","choices":{{choices}},"usage":{{usage}}}


        """.ReplaceLineEndings("\n");

    /// <summary>Answers whole or in a stream, as it is asked.</summary>
    private IChatProvider With(string answer, params string[] stream)
    {
        _upstream.Then(async (connection, ct) =>
        {
            var streamed = _upstream.Requests.Last().Body.Contains("\"stream\":true", StringComparison.Ordinal);
            await (streamed ? new FakeUpstream.Reply(StreamReply) : WholeReply)(connection, ct);
        });
        return Connect();

        Task WholeReply(Stream connection, CancellationToken ct) =>
            FakeUpstream.WriteAsync(connection, $"HTTP/1.1 200 OK\r\nContent-Length: {answer.Length}\r\n\r\n{answer}", ct);

        async Task StreamReply(Stream connection, CancellationToken ct)
        {
            await FakeUpstream.WriteAsync(connection, FakeUpstream.StreamHead, ct);
            foreach (var piece in stream)
            {
                await FakeUpstream.WriteAsync(connection, FakeUpstream.Chunk(piece), ct);
            }

            await FakeUpstream.WriteAsync(connection, "0\r\n\r\n", ct);
        }
    }

    private IChatProvider Connect()
    {
        var config = Sample.Json($$"""{"base_url":"{{_upstream.BaseUrl}}","api_key":"sk-secret","model":"gpt-secret"}""");
        Assert.True(OpenAiKind.Custom(_http, TimeProvider.System).TryConnect(config, Reach.Anywhere, out var provider, out var faults), string.Join("; ", faults));
        return provider;
    }
}
