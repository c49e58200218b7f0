using System.IO.Pipelines;
using System.Text;
using System.Text.Json;
using ScaiGrid.Gateway.Chat;
using ScaiGrid.Gateway.Providers;
using ScaiGrid.Gateway.Providers.Http;
using ScaiGrid.Gateway.Providers.OpenAi;
using ScaiGrid.Gateway.Routing;

namespace ScaiGrid.Gateway.Tests.Providers.OpenAi;

public sealed class OpenAiStreamTests : IAsyncDisposable
{
    private const string
        Role = "data: {\"id\":\"c1\",\"object\":\"chat.completion.chunk\",\"created\":1,\"model\":\"up\",\"choices\":[{\"index\":0,\"delta\":{\"role\":\"assistant\",\"content\":\"\"},\"finish_reason\":null}]}\n\n",
        Text = "data: {\"id\":\"c1\",\"created\":1,\"model\":\"up\",\"choices\":[{\"index\":0,\"delta\":{\"content\":\"12345678\"}}]}\n\n",
        Stop = "data: {\"id\":\"c1\",\"created\":1,\"model\":\"up\",\"choices\":[{\"index\":0,\"delta\":{},\"finish_reason\":\"stop\"}]}\n\n",
        Usage = "data: {\"id\":\"c1\",\"created\":1,\"model\":\"up\",\"choices\":[],\"usage\":{\"prompt_tokens\":5,\"completion_tokens\":2,\"total_tokens\":7}}\n\n",
        Done = "data: [DONE]\n\n";

    private readonly UpstreamHttp _http = new();
    private readonly FakeUpstream _upstream = new();

    [Fact]
    public async Task Chunks_pass_byte_for_byte_but_for_the_models_name()
    {
        _upstream.ThenStream(Role, Text, Stop, Usage, Done);

        var (result, sent) = await Wire.StreamAsync(Connect());

        Assert.Equal(ChatOutcome.Answered, result.Outcome);
        Assert.Equal((Role + Text + Stop).Replace("\"up\"", $"\"{Sample.Slug}\"", StringComparison.Ordinal), sent);
    }

    [Fact]
    public async Task The_upstreams_own_usage_chunk_goes_to_callers_who_ask_and_only_once()
    {
        _upstream.ThenStream(Role, Text, Stop, Usage, Done);

        var (_, sent) = await Wire.StreamAsync(Connect(), """{"model":"m","messages":[{"role":"user","content":"x"}],"stream":true,"stream_options":{"include_usage":true}}""");

        Assert.Equal((Role + Text + Stop + Usage).Replace("\"up\"", $"\"{Sample.Slug}\"", StringComparison.Ordinal), sent);
    }

    [Fact]
    public async Task An_upstream_that_does_not_count_is_estimated()
    {
        _upstream.ThenStream(Role, Text, Text, Stop, Done);

        var (result, sent) = await Wire.StreamAsync(Connect(), context: Sample.Context with { IncludeUsage = true });

        Assert.Equal(new Usage(6, 4, 10, Estimated: true), result.Usage);
        var last = Sample.Json(Sample.Events(sent)[^1]);
        Assert.Equal("c1", last.GetProperty("id").GetString());
        Assert.Equal(10, last.GetProperty("usage").GetProperty("total_tokens").GetInt32());
    }

    [Theory]
    [InlineData("")]
    [InlineData(Role + Text)]
    [InlineData(Role + Text + Stop)]
    [InlineData(Role + Text + Stop + Usage)]
    [InlineData(Role + Text + Done)]
    [InlineData(Role + Text + Stop + "data: [DONE]")]
    public async Task A_stream_without_its_end_is_never_a_clean_end(string stream)
    {
        _upstream.ThenStream(stream);

        var (result, _) = await Wire.StreamAsync(Connect());

        Assert.Equal(ChatOutcome.BackendError, result.Outcome);
        Assert.Equal(stream.Length > 0, result.ContentSent);
    }

    [Fact]
    public async Task A_connection_lost_in_the_middle_is_a_failure_and_what_came_has_been_passed_on()
    {
        _upstream.Then(async (connection, ct) =>
        {
            await FakeUpstream.WriteAsync(connection, FakeUpstream.StreamHead + FakeUpstream.Chunk(Role) + FakeUpstream.Chunk(Text), ct);
            connection.Close();
        });

        var (result, sent) = await Wire.StreamAsync(Connect());

        Assert.Equal(FailureClass.Transient, result.Failure?.Class);
        Assert.Contains("12345678", sent, StringComparison.Ordinal);
        Assert.Equal(new Usage(6, 2, 8, Estimated: true), result.Usage);
    }

    [Theory]
    [InlineData("data: {broken\n\n", ChatOutcome.ShapeMismatch)]
    [InlineData("data: [1]\n\n", ChatOutcome.ShapeMismatch)]
    [InlineData("data: {}\n\n", ChatOutcome.ShapeMismatch)]
    [InlineData("data: {\"choices\":[{\"index\":0,\"delta\":\"x\"}]}\n\n", ChatOutcome.ShapeMismatch)]
    [InlineData("data: {\"error\":{\"message\":\"overloaded\",\"code\":503}}\n\n", ChatOutcome.BackendError)]
    [InlineData("data: {\"error\":{\"message\":\"slow down\",\"type\":\"rate_limit_error\"}}\n\n", ChatOutcome.BackendRateLimited)]
    public async Task A_chunk_that_is_none_ends_the_stream_as_a_failure(string chunk, ChatOutcome expected)
    {
        _upstream.ThenStream(Role, chunk, Stop, Done);

        var (result, sent) = await Wire.StreamAsync(Connect());

        Assert.Equal(expected, result.Outcome);
        Assert.DoesNotContain("stop", sent, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Comments_and_other_events_are_not_passed_on()
    {
        _upstream.ThenStream(": PROCESSING\n\nevent: ping\n\n", Role, Stop, Done);

        var (result, sent) = await Wire.StreamAsync(Connect());

        Assert.Equal(ChatOutcome.Answered, result.Outcome);
        Assert.Equal(2, Sample.Events(sent).Count);
    }

    [Fact]
    public async Task A_chunk_of_several_lines_leaves_as_one()
    {
        _upstream.ThenStream(Role, "data: {\"choices\":\r\ndata: [{\"index\":0,\"delta\":{\"content\":\"a\"},\ndata: \"finish_reason\":\"stop\"}]}\n\n", Done);

        var (result, sent) = await Wire.StreamAsync(Connect());

        Assert.Equal(ChatOutcome.Answered, result.Outcome);
        Assert.Equal("a", Sample.Json(Sample.Events(sent)[1]).GetProperty("choices")[0].GetProperty("delta").GetProperty("content").GetString());
    }

    [Fact]
    public async Task Every_choice_must_end()
    {
        const string second = "data: {\"choices\":[{\"index\":1,\"delta\":{\"content\":\"b\"}}]}\n\n";
        _upstream.ThenStream(Role, second, Stop, Done);

        var (result, _) = await Wire.StreamAsync(Connect());

        Assert.Equal(HttpFailures.CutShort, result.Failure);
    }

    [Fact]
    public async Task A_chunk_is_passed_on_before_the_next_one_comes()
    {
        var seen = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _upstream.Then(async (connection, ct) =>
        {
            await FakeUpstream.WriteAsync(connection, FakeUpstream.StreamHead + FakeUpstream.Chunk(Role + Text), ct);
            await seen.Task.WaitAsync(ct); // the upstream says no more until the caller has what it said
            await FakeUpstream.WriteAsync(connection, FakeUpstream.Chunk(Stop + Done) + "0\r\n\r\n", ct);
        });
        var pipe = new Pipe();
        var call = new Dispatcher(TimeProvider.System, new Random(1)).StreamAsync(
            Sample.Route(Connect()), Sample.Request(), Sample.Context, pipe.Writer, TestContext.Current.CancellationToken).AsTask();

        var read = await pipe.Reader.ReadAsync(TestContext.Current.CancellationToken);
        Assert.Contains("12345678", Encoding.UTF8.GetString(read.Buffer), StringComparison.Ordinal);
        pipe.Reader.AdvanceTo(read.Buffer.End);
        seen.SetResult();

        Assert.Equal(ChatOutcome.Answered, (await call).Outcome);
    }

    [Fact]
    public async Task A_caller_who_stops_reading_ends_the_upstreams_stream_and_is_billed_for_what_came()
    {
        _upstream.Then(async (connection, ct) =>
        {
            await FakeUpstream.WriteAsync(connection, FakeUpstream.StreamHead + FakeUpstream.Chunk(Role + Text), ct);
            await _upstream.UntilPeerClosesAsync(connection, ct);
        });
        var pipe = new Pipe();
        using var leaving = new CancellationTokenSource();
        var call = new Dispatcher(TimeProvider.System, new Random(1)).StreamAsync(
            Sample.Route(Connect()), Sample.Request(), Sample.Context, pipe.Writer, leaving.Token).AsTask();
        await pipe.Reader.ReadAsync(TestContext.Current.CancellationToken);

        await leaving.CancelAsync();
        var result = await call;

        Assert.Equal(ChatOutcome.Canceled, result.Outcome);
        Assert.Equal(new Usage(6, 2, 8, Estimated: true), result.Usage);
        await _upstream.PeerClosed.Task.WaitAsync(TestContext.Current.CancellationToken);
    }

    [Fact]
    public async Task A_caller_whose_connection_is_gone_ends_the_upstreams_stream()
    {
        _upstream.Then(async (connection, ct) =>
        {
            await FakeUpstream.WriteAsync(connection, FakeUpstream.StreamHead + FakeUpstream.Chunk(Role + Text), ct);
            await _upstream.UntilPeerClosesAsync(connection, ct);
        });
        var pipe = new Pipe();
        await pipe.Reader.CompleteAsync();

        var result = await new Dispatcher(TimeProvider.System, new Random(1)).StreamAsync(
            Sample.Route(Connect()), Sample.Request(), Sample.Context, pipe.Writer, TestContext.Current.CancellationToken);

        Assert.Equal(ChatOutcome.Canceled, result.Outcome);
        await _upstream.PeerClosed.Task.WaitAsync(TestContext.Current.CancellationToken);
    }

    [Fact]
    public async Task A_stream_that_falls_silent_times_out()
    {
        _upstream.Then(async (connection, ct) =>
        {
            await FakeUpstream.WriteAsync(connection, FakeUpstream.StreamHead + FakeUpstream.Chunk(Role + Text), ct);
            await _upstream.UntilPeerClosesAsync(connection, ct);
        });

        var result = await new Dispatcher(TimeProvider.System, new Random(1)).StreamAsync(
            Sample.Route(Connect(), TimeSpan.FromMilliseconds(100)), Sample.Request(), Sample.Context,
            PipeWriter.Create(Stream.Null), TestContext.Current.CancellationToken);

        Assert.Equal(ChatOutcome.BackendTimeout, result.Outcome);
        Assert.True(result.ContentSent);
        await _upstream.PeerClosed.Task.WaitAsync(TestContext.Current.CancellationToken);
    }

    [Fact]
    public async Task A_transcript_gives_the_same_stream_wherever_its_bytes_are_split()
    {
        var transcript = Encoding.UTF8.GetBytes(Role + Text + Stop + Usage + Done);
        var whole = await CopyAsync(transcript, [transcript.Length]);

        for (var split = 1; split < transcript.Length; split++)
        {
            Assert.Equal(whole, await CopyAsync(transcript, [split, transcript.Length]));
        }

        static async Task<string> CopyAsync(byte[] bytes, IEnumerable<int> sizes)
        {
            var queue = new Queue<int>(sizes);
            var sent = new MemoryStream();
            var writer = PipeWriter.Create(sent, new(leaveOpen: true));
            using var patience = new CancellationTokenSource();
            var caller = new ChatStream(
                writer, "\"m\""u8.ToArray(), "id", includeUsage: true, patience, TimeSpan.FromMinutes(1), TimeSpan.FromHours(1), TimeProvider.System);
            using var source = new Pieces(bytes, queue.Dequeue);
            using var messages = new SseReader(1000);
            Assert.Null(await StreamCopy.RunAsync(source, messages, new OpenAiStream(caller), caller, CancellationToken.None));
            Assert.Equal(new Usage(5, 2), caller.Usage);
            await writer.CompleteAsync();
            return Sample.Text(sent.ToArray());
        }
    }

    [Fact]
    public async Task An_endless_event_is_not_collected()
    {
        _upstream.ThenStream(Role, "data: " + new string('x', 2_000_000));

        var (result, _) = await Wire.StreamAsync(Connect());

        Assert.Equal(HttpFailures.TooLarge, result.Failure);
    }

    public async ValueTask DisposeAsync()
    {
        _http.Dispose();
        await _upstream.DisposeAsync();
    }

    private IChatProvider Connect()
    {
        var config = JsonElement.Parse($$"""{"base_url":"{{_upstream.BaseUrl}}","model":"up"}""");
        Assert.True(OpenAiKind.Custom(_http, TimeProvider.System).TryConnect(config, Reach.Anywhere, out var provider, out _));
        return provider;
    }
}
