using System.IO.Pipelines;
using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using ScaiGrid.Gateway.Chat;
using ScaiGrid.Gateway.Providers;
using ScaiGrid.Gateway.Providers.Http;
using ScaiGrid.Gateway.Routing;

namespace ScaiGrid.Gateway.Tests.Providers;

/// <summary>What every provider does that asks an upstream over HTTP, tested with transcripts of that upstream.</summary>
public abstract class UpstreamContract : ProviderContract, IAsyncDisposable
{
    private const string Key = "sk-secret-key";

    private readonly UpstreamHttp _http = new();
    private readonly FakeUpstream _upstream = new();

    /// <summary>The provider's word, which is also its folder of transcripts.</summary>
    protected abstract string Provider { get; }

    internal abstract ProviderKind Kind(UpstreamHttp http, TimeProvider clock);

    /// <summary>Members of the configuration besides <c>base_url</c> and <c>api_key</c>.</summary>
    protected abstract string Config { get; }

    /// <summary>Members of the request that this protocol can be asked for, besides those that all can.</summary>
    protected virtual string ToolChoice => """{"type":"function","function":{"name":"find"}}""";

    internal override IChatProvider Answering() => Replying("text");

    internal override IChatProvider CallingATool() => Replying("tool");

    internal override IChatProvider Failing()
    {
        _upstream.Then(503, Transcript.Read(Provider, "503.json"));
        return Connect();
    }

    internal override IChatProvider Silent()
    {
        _upstream.Then(_upstream.UntilPeerClosesAsync);
        return Connect();
    }

    internal override IChatProvider BreakingOff()
    {
        var messages = Transcript.Messages(Transcript.Read(Provider, "text.stream"));
        _upstream.ThenStream(messages[..((messages.Length + 1) / 2)]);
        return Connect();
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_request_says_all_of_it_in_the_upstreams_words(bool stream)
    {
        var provider = Replying("text");

        using var result = stream
            ? (await Wire.StreamAsync(provider, Everything())).Result
            : await Wire.ChatAsync(provider, Everything());

        Assert.Equal(ChatOutcome.Answered, result.Outcome);
        var (head, body) = _upstream.Requests.Single();
        var line = head.Split("\r\n")[0];
        var headers = head.Split("\r\n").Where(l => l.Contains(Key, StringComparison.Ordinal) || l.StartsWith("anthropic-", StringComparison.OrdinalIgnoreCase));
        var pretty = JsonSerializer.Serialize(Sample.Json(body), Readable);
        Golden.Verify(Transcript.PathTo(Provider, stream ? "request.stream.txt" : "request.txt"), $"{line}\n{string.Join('\n', headers)}\n\n{pretty}\n");
    }

    [Theory]
    [InlineData(401, FailureClass.Credential)]
    [InlineData(404, FailureClass.ModelGone)]
    [InlineData(429, FailureClass.RateLimited)]
    [InlineData(503, FailureClass.Transient)]
    public async Task A_status_has_its_class_whole_and_streamed(int status, FailureClass expected)
    {
        for (var i = 0; i < 2; i++)
        {
            _upstream.Then(status, Transcript.Read(Provider, $"{status}.json"), "Content-Type: application/json\r\nRetry-After: 7\r\n");
        }

        using var whole = await Wire.ChatAsync(Connect());
        var (streamed, sent) = await Wire.StreamAsync(Connect());

        Assert.Equal("", sent);
        Assert.All([whole, streamed], result =>
        {
            Assert.Equal(expected, result.Failure?.Class);
            Assert.Equal(status, result.Failure?.Status);
            Assert.DoesNotContain(Key, result.Failure!.Message, StringComparison.Ordinal);
            Assert.Equal(status is 429 or 503 ? TimeSpan.FromSeconds(7) : null, result.RetryAfter);
        });
    }

    [Theory]
    [InlineData("{\"broken")]
    [InlineData("[]")]
    [InlineData("{}")]
    [InlineData("7")]
    [InlineData("")]
    [InlineData("<html></html>")]
    [InlineData("{\"id\":\"\\ud800\",\"choices\":[]}")]
    public async Task What_is_not_the_protocol_is_no_answer(string body)
    {
        _upstream.Then(200, body);

        using var result = await Wire.ChatAsync(Connect());

        Assert.Equal(ChatOutcome.ShapeMismatch, result.Outcome);
    }

    [Theory]
    [InlineData("{\"broken")]
    [InlineData("[]")]
    [InlineData("{}")]
    [InlineData("\"x\"")]
    public async Task What_is_not_the_protocol_ends_a_stream(string message)
    {
        var messages = Transcript.Messages(Transcript.Read(Provider, "text.stream"));
        var framed = messages[0].StartsWith('{') ? message + "\n" : $"data: {message}\n\n";
        _upstream.ThenStream([.. messages[..((messages.Length + 1) / 2)], framed, .. messages[((messages.Length + 1) / 2)..]]);

        var (result, sent) = await Wire.StreamAsync(Connect());

        Assert.Equal(ChatOutcome.ShapeMismatch, result.Outcome);
        Assert.True(result.ContentSent);
        Assert.DoesNotContain("\"stop\"", sent, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("text")]
    [InlineData("tool")]
    public async Task A_stream_cut_anywhere_is_never_a_clean_end(string transcript)
    {
        var messages = Transcript.Messages(Transcript.Read(Provider, $"{transcript}.stream"));
        for (var kept = 0; kept < messages.Length; kept++)
        {
            _upstream.ThenStream(messages[..kept]);

            var (result, _) = await Wire.StreamAsync(Connect());

            Assert.True(result.Outcome == ChatOutcome.BackendError, $"{kept} of {messages.Length} messages: {result.Outcome}");
        }
    }

    [Theory]
    [InlineData("text")]
    [InlineData("tool")]
    public async Task A_stream_is_the_same_wherever_its_bytes_are_split(string transcript)
    {
        var bytes = Encoding.UTF8.GetBytes(Transcript.Read(Provider, $"{transcript}.stream"));
        var whole = await CopyAsync(bytes, bytes.Length);

        for (var split = 1; split < bytes.Length; split++)
        {
            Assert.Equal(whole, await CopyAsync(bytes, split));
        }

        Assert.Equal(whole, await CopyAsync(bytes, 1));
    }

    [Fact]
    public async Task An_error_in_a_stream_is_a_failure_and_what_came_is_counted()
    {
        _upstream.ThenStream(Transcript.Messages(Transcript.Read(Provider, "error.stream")));

        var (result, sent) = await Wire.StreamAsync(Connect());

        Assert.Equal(FailureClass.Transient, result.Failure?.Class);
        Assert.Contains("Well, ", sent, StringComparison.Ordinal);
        Assert.True(result.Usage is { Estimated: true, CompletionTokens: > 0 });
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_first_byte_that_does_not_come_in_time_is_a_timeout_and_the_upstream_is_hung_up_on(bool stream)
    {
        var clock = new ManualClock();
        var asked = SilentOnceAsked();
        var call = BeginAsync(stream, clock, CancellationToken.None);
        await asked.WaitAsync(TestContext.Current.CancellationToken);

        clock.Advance(TimeSpan.FromSeconds(19));
        Assert.False(call.IsCompleted);
        clock.Advance(TimeSpan.FromSeconds(1));
        using var result = await call;

        Assert.Equal(ChatOutcome.BackendTimeout, result.Outcome);
        await _upstream.PeerClosed.Task.WaitAsync(TestContext.Current.CancellationToken);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_caller_who_leaves_ends_the_upstreams_call(bool stream)
    {
        using var leaving = new CancellationTokenSource();
        var asked = SilentOnceAsked();
        var call = BeginAsync(stream, TimeProvider.System, leaving.Token);
        await asked.WaitAsync(TestContext.Current.CancellationToken);

        await leaving.CancelAsync();
        using var result = await call;

        Assert.Equal(ChatOutcome.Canceled, result.Outcome);
        await _upstream.PeerClosed.Task.WaitAsync(TestContext.Current.CancellationToken);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task An_upstream_that_is_not_there_is_a_failure_that_may_pass(bool stream)
    {
        var closed = new TcpListener(IPAddress.Loopback, 0);
        closed.Start();
        var port = ((IPEndPoint)closed.LocalEndpoint).Port;
        closed.Stop();
        var provider = Connect(baseUrl: $"http://127.0.0.1:{port}/v1");

        using var result = stream ? (await Wire.StreamAsync(provider)).Result : await Wire.ChatAsync(provider);

        Assert.Equal(FailureClass.Transient, result.Failure?.Class);
        Assert.Null(result.Failure?.Status);
        Assert.DoesNotContain("127.0.0.1", result.Failure!.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_connection_of_a_tenant_goes_through_the_guard()
    {
        using var http = new UpstreamHttp((_, _) => throw new HttpRequestException(HttpRequestError.ConnectionError, "not allowed"));
        Assert.True(Kind(http, TimeProvider.System).TryConnect(ConfigFor(_upstream.BaseUrl), Reach.Guarded, out var guarded, out _));

        using var result = await Wire.ChatAsync(guarded);

        Assert.Equal(FailureClass.Transient, result.Failure?.Class);
        Assert.Empty(_upstream.Requests);
    }

    [Fact]
    public void A_configuration_tells_all_its_faults_and_keeps_its_secrets()
    {
        var faults = Kind(_http, TimeProvider.System).Validate(
            Sample.Json("""{"base_url":"ftp://x","api_key":"a\nb","headers":{"Host":"x","X-A":7},"misspelt":1}"""));

        Assert.Superset(
            new HashSet<string> { "base_url", "api_key", "headers.Host", "headers.X-A", "misspelt" },
            faults.Select(f => f.Field).ToHashSet());
        Assert.Equal(["api_key", "headers"], Kind(_http, TimeProvider.System).SecretFields);
    }

    public async ValueTask DisposeAsync()
    {
        _http.Dispose();
        await _upstream.DisposeAsync();
        GC.SuppressFinalize(this);
    }

    /// <summary>Answers a request that is given by its JSON with a body of the test's own, and gives the request as it arrived.</summary>
    internal async Task<(ChatResult Result, JsonElement Sent)> ExchangeAsync(string request, string? answer = null, string members = "")
    {
        _upstream.Then(200, answer ?? Transcript.Read(Provider, "text.json"));
        var result = await Wire.ChatAsync(Connect(members: members), request);
        return (result, _upstream.Requests.LastOrDefault().Body is { } body ? Sample.Json(body) : default);
    }

    internal async Task<(ChatResult Result, string Sent)> StreamExchangeAsync(params string[] messages)
    {
        _upstream.ThenStream(messages);
        return await Wire.StreamAsync(Connect());
    }

    internal IChatProvider Connect(string? baseUrl = null, string members = "", UpstreamHttp? http = null, TimeProvider? clock = null)
    {
        Assert.True(
            Kind(http ?? _http, clock ?? TimeProvider.System).TryConnect(ConfigFor(baseUrl ?? _upstream.BaseUrl, members), Reach.Anywhere, out var provider, out var faults),
            string.Join("; ", faults));
        return provider;
    }

    private static readonly JsonSerializerOptions Readable =
        new() { WriteIndented = true, Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private JsonElement ConfigFor(string baseUrl, string members = "") =>
        Sample.Json($$"""{"base_url":"{{baseUrl}}","api_key":"{{Key}}",{{Config}}{{members}}}""");

    private string Everything() => $$$"""
        {
          "model": "acme/helper",
          "messages": [
            { "role": "system", "content": "Be brief." },
            { "role": "user", "content": [
              { "type": "text", "text": "What is \"this\"? 😀" },
              { "type": "image_url", "image_url": { "url": "data:image/png;base64,iVBORw0KGgo=" } } ] },
            { "role": "assistant", "content": "I will look.", "tool_calls": [
              { "id": "call_abc", "type": "function", "function": { "name": "find", "arguments": "{\"q\":\"x\"}" } },
              { "id": "call_def", "type": "function", "function": { "name": "find", "arguments": "" } } ] },
            { "role": "tool", "tool_call_id": "call_abc", "content": "{\"found\":3}" },
            { "role": "tool", "tool_call_id": "call_def", "content": "nothing" },
            { "role": "user", "content": "And now?" }
          ],
          "tools": [
            { "type": "function", "function": { "name": "find", "description": "Finds things", "strict": true,
              "parameters": { "type": "object", "properties": { "q": { "type": "string" } }, "required": ["q"], "additionalProperties": false } } },
            { "type": "function", "function": { "name": "now" } }
          ],
          "tool_choice": {{{ToolChoice}}},
          "parallel_tool_calls": false,
          "response_format": { "type": "json_schema", "json_schema": { "name": "answer", "strict": true,
            "schema": { "type": "object", "properties": { "ok": { "type": "boolean" } }, "required": ["ok"], "additionalProperties": false } } },
          "temperature": 1.5, "top_p": 0.9, "stop": "END", "seed": 42, "max_completion_tokens": 100, "user": "u_1",
          "metadata": { "mine": true }
        }
        """;

    /// <summary>Answers whole or in a stream, as it is asked.</summary>
    private IChatProvider Replying(string transcript)
    {
        _upstream.Then(async (connection, ct) =>
        {
            var (head, body) = _upstream.Requests.Last();
            if (!body.Contains("\"stream\":true", StringComparison.Ordinal) && !head.Contains(":streamGenerateContent", StringComparison.Ordinal))
            {
                var answer = Transcript.Read(Provider, $"{transcript}.json");
                await FakeUpstream.WriteAsync(connection, $"HTTP/1.1 200 OK\r\nContent-Length: {Encoding.UTF8.GetByteCount(answer)}\r\n\r\n{answer}", ct);
                return;
            }

            await FakeUpstream.WriteAsync(connection, FakeUpstream.StreamHead, ct);
            foreach (var message in Transcript.Messages(Transcript.Read(Provider, $"{transcript}.stream")))
            {
                await FakeUpstream.WriteAsync(connection, FakeUpstream.Chunk(message), ct);
            }

            await FakeUpstream.WriteAsync(connection, "0\r\n\r\n", ct);
        });
        return Connect();
    }

    /// <summary>The upstream takes one request and says nothing; completes when it has come.</summary>
    private Task SilentOnceAsked()
    {
        var asked = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _upstream.Then((connection, ct) =>
        {
            asked.SetResult();
            return _upstream.UntilPeerClosesAsync(connection, ct);
        });
        return asked.Task;
    }

    private async Task<ChatResult> BeginAsync(bool stream, TimeProvider clock, CancellationToken leaving)
    {
        var dispatcher = new Dispatcher(clock, new Random(1), new() { Rounds = 1 });
        var route = Sample.Route(Connect(clock: clock));
        return stream
            ? await dispatcher.StreamAsync(route, Sample.Request(), Sample.Context, PipeWriter.Create(Stream.Null), leaving)
            : await dispatcher.ChatAsync(route, Sample.Request(), Sample.Context, leaving);
    }

    private async Task<string> CopyAsync(byte[] bytes, int split)
    {
        var sizes = new Queue<int>([split]);
        using var http = new UpstreamHttp(new OneStream(() => new Pieces(bytes, () => sizes.TryDequeue(out var size) ? size : split == 1 ? 1 : bytes.Length)), new HttpClientHandler());
        var (result, sent) = await Wire.StreamAsync(Connect(http: http));
        Assert.Equal(ChatOutcome.Answered, result.Outcome);
        Assert.Equal(new Usage(11, 4), result.Usage);
        return System.Text.RegularExpressions.Regex.Replace(sent, "\"created\":[0-9]+", "");
    }

    private sealed class OneStream(Func<Stream> body) : HttpMessageHandler
    {
        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken) =>
            Task.FromResult(new HttpResponseMessage(HttpStatusCode.OK) { Content = new StreamContent(body()) });
    }
}
