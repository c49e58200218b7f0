using System.Net;
using System.Net.Sockets;
using System.Text;
using ScaiGrid.Gateway.Chat;
using ScaiGrid.Gateway.Providers;
using ScaiGrid.Gateway.Providers.Http;
using ScaiGrid.Gateway.Providers.OpenAi;
using ScaiGrid.Gateway.Routing;

namespace ScaiGrid.Gateway.Tests.Providers.OpenAi;

public sealed class OpenAiProviderTests : IAsyncDisposable
{
    private readonly UpstreamHttp _http = new();
    private readonly FakeUpstream _upstream = new();

    [Fact]
    public async Task The_request_carries_the_credential_and_the_headers_of_the_connection()
    {
        _upstream.Then(200, Sample.Answer);
        using var result = await Wire.ChatAsync(Connect("""
            "api_key":"sk-1","organization":"org-1","project":"proj-1","model":"gpt-up","headers":{"X-Team":"a b"}
            """));

        var (head, body) = Assert.Single(_upstream.Requests);
        Assert.StartsWith("POST /v1/chat/completions HTTP/1.1\r\n", head, StringComparison.Ordinal);
        Assert.Contains("\r\nAuthorization: Bearer sk-1\r\n", head, StringComparison.Ordinal);
        Assert.Contains("\r\nOpenAI-Organization: org-1\r\n", head, StringComparison.Ordinal);
        Assert.Contains("\r\nOpenAI-Project: proj-1\r\n", head, StringComparison.Ordinal);
        Assert.Contains("\r\nX-Team: a b\r\n", head, StringComparison.Ordinal);
        Assert.Contains("\r\nContent-Type: application/json\r\n", head, StringComparison.Ordinal);
        Assert.DoesNotContain("traceparent", head, StringComparison.OrdinalIgnoreCase);
        Assert.Equal("""{"model":"gpt-up","messages":[{"role":"user","content":"Hello"}]}""", body);
    }

    [Fact]
    public async Task One_connection_serves_many_calls()
    {
        for (var i = 0; i < 5; i++)
        {
            _upstream.Then(200, Sample.Answer);
            using var result = await Wire.ChatAsync(Connect());
            Assert.Equal(ChatOutcome.Answered, result.Outcome);
        }

        Assert.Equal(1, _upstream.Connections);
    }

    [Fact]
    public async Task An_answer_passes_byte_for_byte_but_for_the_models_name()
    {
        _upstream.Then(200, Sample.Answer);
        using var result = await Wire.ChatAsync(Connect());

        var output = new System.Buffers.ArrayBufferWriter<byte>();
        result.WriteTo(output);

        Assert.Equal(Sample.Answer.Replace("gpt-secret", Sample.Slug, StringComparison.Ordinal), Sample.Text(output.WrittenSpan));
    }

    [Theory]
    [InlineData("""{"choices":[{"message":{"content":"12345678"}}]}""")]
    [InlineData(""" {"choices":[{"index":0,"message":{"content":"12345678","x":[{}]},"finish_reason":null}],"usage":null,"model":7} """)]
    [InlineData("""{"usage":{"prompt_tokens":-1},"choices":[{"message":{"content":"12345678"}}],"model":"m"}""")]
    [InlineData("""{"model":"m","usage":{"prompt_tokens":"x"},"choices":[{"message":{"content":"12345678"}}]}""")]
    [InlineData("""{"choices":[{"message":{"content":"12345678"}}],"usage":7,"id":null,"created":null}""", true)]
    public async Task What_an_upstream_leaves_out_is_filled_in(string answer, bool mayRepeat = false)
    {
        _upstream.Then(200, answer);
        using var result = await Wire.ChatAsync(Connect());

        Assert.Equal(ChatOutcome.Answered, result.Outcome);
        var json = Sample.Written(result);
        Assert.Equal(new Usage(6, 2, 8, Estimated: true), result.Usage);
        Assert.Equal(8, json.GetProperty("usage").GetProperty("total_tokens").GetInt32());
        Assert.Equal(Sample.Slug, json.GetProperty("model").GetString());
        if (!mayRepeat)
        {
            Assert.Equal("chatcmpl-req_1", json.GetProperty("id").GetString());
            Assert.True(json.GetProperty("created").GetInt64() > 0);
        }
    }

    [Theory]
    [InlineData("")]
    [InlineData("{")]
    [InlineData("[]")]
    [InlineData("null")]
    [InlineData("{}")]
    [InlineData("<html>Welcome</html>")]
    [InlineData("""{"choices":[]}""")]
    [InlineData("""{"choices":{}}""")]
    [InlineData("""{"choices":[7]}""")]
    [InlineData("""{"choices":[{}]}""")]
    [InlineData("""{"choices":[{"message":"hi"}]}""")]
    [InlineData("""{"choices":[{"message":{"content":7}}]}""")]
    [InlineData("""{"choices":[{"message":{"content":"\ud800"}}]}""")]
    [InlineData("""{"choices":[{"message":{"content":"a"},"finish_reason":{}}]}""")]
    [InlineData("""{"choices":[{"message":{"tool_calls":{}}}]}""")]
    [InlineData("""{"choices":[{"message":{"content":"a"}}]} trailing""")]
    [InlineData("""{"choices":[{"message":{"content":"a"}}],"choices":[{"message":{"content":"b"}}]}""")]
    [InlineData("""{"model":"a","model":"b","choices":[{"message":{"content":"a"}}]}""")]
    [InlineData("""{"\ud800":1,"choices":[{"message":{"content":"a"}}]}""")]
    public async Task An_answer_without_the_protocols_shape_is_a_mismatch(string answer)
    {
        _upstream.Then(200, answer, "Content-Type: text/html\r\n");
        using var result = await Wire.ChatAsync(Connect());

        Assert.Equal(ChatOutcome.ShapeMismatch, result.Outcome);
        Assert.Null(result.Answer);
    }

    [Fact]
    public async Task An_answer_that_is_not_UTF8_is_a_mismatch()
    {
        var answer = Encoding.Latin1.GetBytes("""{"choices":[{"message":{"content":"été"}}]}""");
        _upstream.Then((connection, ct) => connection.WriteAsync(
            (byte[])[.. Encoding.ASCII.GetBytes($"HTTP/1.1 200 OK\r\nContent-Length: {answer.Length}\r\n\r\n"), .. answer], ct).AsTask());
        using var result = await Wire.ChatAsync(Connect());

        Assert.Equal(ChatOutcome.ShapeMismatch, result.Outcome);
    }

    [Fact]
    public async Task An_error_in_an_answer_of_status_200_is_a_failure()
    {
        _upstream.Then(200, """{"error":{"message":"busy","code":429}}""");
        using var result = await Wire.ChatAsync(Connect());

        Assert.Equal(ChatOutcome.BackendRateLimited, result.Outcome);
    }

    [Theory]
    [InlineData("Content-Length: 17000000\r\n")]
    [InlineData("Connection: close\r\n")]
    public async Task An_answer_too_large_to_take_is_not_taken(string header)
    {
        _upstream.Then(async (connection, ct) =>
        {
            await FakeUpstream.WriteAsync(connection, $"HTTP/1.1 200 OK\r\n{header}\r\n", ct);
            var block = new byte[1_000_000];
            for (var i = 0; i < 17; i++)
            {
                await connection.WriteAsync(block, ct);
            }
        });
        using var result = await Wire.ChatAsync(Connect());

        Assert.Equal(HttpFailures.TooLarge, result.Failure);
        Assert.Equal(ChatOutcome.ShapeMismatch, result.Outcome);
    }

    [Theory]
    [InlineData("Retry-After: 7\r\n", 7.0)]
    [InlineData("Retry-After: Fri, 02 Jan 2026 03:04:15 GMT\r\n", 10.0)]
    [InlineData("Retry-After: Fri, 02 Jan 2026 03:00:00 GMT\r\n", 0.0)]
    [InlineData("retry-after-ms: 1500\r\nRetry-After: 9\r\n", 1.5)]
    [InlineData("Retry-After: soon\r\n", null)]
    [InlineData("Retry-After: 99999999\r\n", null)]
    [InlineData("", null)]
    public async Task The_wait_that_an_upstream_asks_for_is_understood(string header, double? seconds)
    {
        _upstream.Then(429, "{}", header);
        var clock = new ManualClock();

        var reply = await Connect(clock: clock).ChatAsync(Sample.Call(), TestContext.Current.CancellationToken);

        Assert.False(reply.Succeeded(out _, out var failure));
        Assert.Equal(FailureClass.RateLimited, failure.Class);
        Assert.Equal(seconds, failure.RetryAfter?.TotalSeconds);
    }

    [Theory]
    [InlineData(302)]
    [InlineData(307)]
    public async Task A_redirect_is_not_followed(int status)
    {
        _upstream.Then(status, "", $"Location: {_upstream.BaseUrl}/elsewhere\r\n");
        using var result = await Wire.ChatAsync(Connect());

        Assert.Equal(FailureClass.Unknown, result.Failure?.Class);
        Assert.Single(_upstream.Requests);
    }

    [Fact]
    public async Task A_refused_connection_is_transient()
    {
        var closed = new TcpListener(IPAddress.Loopback, 0);
        closed.Start();
        var port = ((IPEndPoint)closed.LocalEndpoint).Port;
        closed.Stop();

        using var result = await Wire.ChatAsync(Connect(baseUrl: $"http://127.0.0.1:{port}/v1"));

        Assert.Equal(FailureClass.Transient, result.Failure?.Class);
        Assert.DoesNotContain(port.ToString(System.Globalization.CultureInfo.InvariantCulture), result.Failure!.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("", FailureClass.Transient)]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\n{\"choices\":", FailureClass.Transient)]
    [InlineData("not http at all\r\n\r\n", FailureClass.ShapeMismatch)]
    public async Task A_connection_that_ends_too_soon_is_a_failure(string sent, FailureClass expected)
    {
        _upstream.Then(async (connection, ct) =>
        {
            await FakeUpstream.WriteAsync(connection, sent, ct);
            connection.Close();
        });
        using var result = await Wire.ChatAsync(Connect());

        Assert.Equal(expected, result.Failure?.Class);
    }

    [Fact]
    public async Task A_backend_that_does_not_answer_in_its_time_has_timed_out_and_is_hung_up_on()
    {
        _upstream.Then(_upstream.UntilPeerClosesAsync);
        var dispatcher = new Dispatcher(TimeProvider.System, new Random(1));

        using var result = await dispatcher.ChatAsync(
            Sample.Route(Connect(), timeout: TimeSpan.FromMilliseconds(50)), Sample.Request(), Sample.Context, TestContext.Current.CancellationToken);

        Assert.Equal(ChatOutcome.BackendTimeout, result.Outcome);
        Assert.Equal(1, result.Attempts);
        await _upstream.PeerClosed.Task.WaitAsync(TestContext.Current.CancellationToken);
    }

    [Fact]
    public async Task Guarded_backends_go_through_the_guard()
    {
        using var http = new UpstreamHttp((_, _) => throw new HttpRequestException(HttpRequestError.ConnectionError, "not allowed"));
        Assert.True(OpenAiKind.Custom(http, TimeProvider.System).TryConnect(
            Sample.Json($$"""{"base_url":"{{_upstream.BaseUrl}}"}"""), Reach.Guarded, out var provider, out _));

        using var result = await Wire.ChatAsync(provider);

        Assert.Equal(FailureClass.Transient, result.Failure?.Class);
        Assert.Empty(_upstream.Requests);
    }

    public async ValueTask DisposeAsync()
    {
        _http.Dispose();
        await _upstream.DisposeAsync();
    }

    private IChatProvider Connect(string members = "\"model\":\"gpt-secret\"", TimeProvider? clock = null, string? baseUrl = null)
    {
        var config = Sample.Json($$"""{"base_url":"{{baseUrl ?? _upstream.BaseUrl}}",{{members}}}""");
        Assert.True(OpenAiKind.Custom(_http, clock ?? TimeProvider.System).TryConnect(config, Reach.Anywhere, out var provider, out var faults), string.Join("; ", faults));
        return provider;
    }
}
