using System.IO.Pipelines;
using System.Text.Json;
using ScaiGrid.Gateway.Chat;
using ScaiGrid.Gateway.Providers;
using ScaiGrid.Gateway.Routing;

namespace ScaiGrid.Gateway.Tests.Routing;

public sealed class StreamingTests
{
    private static readonly ProviderFailure Down = FakeProvider.Failure(FailureClass.Transient);

    [Fact]
    public async Task A_backend_that_fails_before_the_first_step_is_replaced()
    {
        var (result, sent) = await RunAsync(new Steps(Down), new Steps(null, "Hi"));

        Assert.Equal((ChatOutcome.Answered, "a1", 2), (result.Outcome, result.BackendId, result.Attempts));
        Assert.Equal(1, sent.Split("Hi").Length - 1);
    }

    [Fact]
    public async Task Once_something_has_been_sent_no_other_backend_is_asked()
    {
        var second = new Steps(null, "Hi");

        var (result, sent) = await RunAsync(new Steps(Down, "Half an ans"), second);

        Assert.Equal((ChatOutcome.BackendError, "a0", 1), (result.Outcome, result.BackendId, result.Attempts));
        Assert.True(result.ContentSent);
        Assert.Equal(0, second.Calls);
        Assert.Equal(3, result.Usage.CompletionTokens);
        Assert.DoesNotContain("[DONE]", sent, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_whole_answer_is_sent_as_the_steps_of_a_stream()
    {
        var answer = new ChatAnswer(
            "chatcmpl-core", DateTimeOffset.FromUnixTimeSeconds(1_767_000_000),
            [new ChatChoice(0, "Approved."), new ChatChoice(1, null, "tool_calls", [new("c1", "find", "{}")])], new Usage(7, 3))
        {
            Extra = new Dictionary<string, JsonElement> { ["scaicore"] = Sample.Json("""{"execution_id":"run_1"}""") },
        };

        var (result, sent) = await Wire.StreamAsync(new FakeProvider(answer), context: Sample.Context with { IncludeUsage = true });

        Assert.Equal(ChatOutcome.Answered, result.Outcome);
        Assert.Equal(new Usage(7, 3), result.Usage);
        const string head = """{"id":"chatcmpl-core","object":"chat.completion.chunk","created":1767000000,"model":"acme/helper","choices":[""";
        Assert.Equal(
            [
                head + """{"index":0,"delta":{"role":"assistant","content":""},"finish_reason":null}]}""",
                head + """{"index":0,"delta":{"content":"Approved."},"finish_reason":null}]}""",
                head + """{"index":0,"delta":{},"finish_reason":"stop"}],"scaicore":{"execution_id":"run_1"}}""",
                head + """{"index":1,"delta":{"role":"assistant","content":""},"finish_reason":null}]}""",
                head + """{"index":1,"delta":{"tool_calls":[{"index":0,"id":"c1","type":"function","function":{"name":"find","arguments":"{}"}}]},"finish_reason":null}]}""",
                head + """{"index":1,"delta":{},"finish_reason":"tool_calls"}],"scaicore":{"execution_id":"run_1"}}""",
                head + """],"usage":{"prompt_tokens":7,"completion_tokens":3,"total_tokens":10}}""",
            ],
            Sample.Events(sent));
    }

    [Fact]
    public async Task A_whole_answer_is_written_with_all_that_rides_along()
    {
        var answer = new ChatAnswer(
            "chatcmpl-core", DateTimeOffset.FromUnixTimeSeconds(1_767_000_000), [new ChatChoice(0, "Größe \"😀\"")], new Usage(7, 3))
        {
            Extra = new Dictionary<string, JsonElement> { ["scaicore"] = Sample.Json("""{"execution_id":"run_1"}""") },
        };
        using var result = await Wire.ChatAsync(new FakeProvider(answer));

        Assert.Equal(
            """{"id":"chatcmpl-core","object":"chat.completion","created":1767000000,"model":"acme/helper","choices":[{"index":0,"message":{"role":"assistant","content":"Größe \"\uD83D\uDE00\""},"logprobs":null,"finish_reason":"stop"}],"usage":{"prompt_tokens":7,"completion_tokens":3,"total_tokens":10},"scaicore":{"execution_id":"run_1"}}""",
            Sample.Written(result).GetRawText());
    }

    [Fact]
    public async Task A_failure_before_the_first_step_leaves_the_output_untouched()
    {
        var (result, sent) = await RunAsync(new Steps(FakeProvider.Failure(FailureClass.CallerFault)));

        Assert.Equal((ChatOutcome.Rejected, false, ""), (result.Outcome, result.ContentSent, sent));
    }

    [Fact]
    public async Task A_stream_may_be_lively_and_still_too_long()
    {
        var clock = new ManualClock();
        var dispatcher = new Dispatcher(clock, new Random(1), new() { LongestStream = TimeSpan.FromMinutes(1) });

        var result = await clock.RunAsync(dispatcher.StreamAsync(
            Sample.Route(new Ticking(clock)), Sample.Request(), Sample.Context, PipeWriter.Create(Stream.Null), TestContext.Current.CancellationToken).AsTask());

        Assert.Equal((ChatOutcome.BackendTimeout, TimeSpan.FromMinutes(1)), (result.Outcome, result.Latency));
    }

    [Fact]
    public async Task A_stream_that_goes_on_may_take_longer_than_an_answer()
    {
        var clock = new ManualClock();

        var result = await clock.RunAsync(new Dispatcher(clock, new Random(1)).StreamAsync(
            Sample.Route(new Ticking(clock, ticks: 60)), Sample.Request(), Sample.Context, PipeWriter.Create(Stream.Null), TestContext.Current.CancellationToken).AsTask());

        Assert.Equal((ChatOutcome.Answered, TimeSpan.FromMinutes(10)), (result.Outcome, result.Latency));
    }

    private static async Task<(ChatResult Result, string Sent)> RunAsync(params Steps[] providers)
    {
        var sent = new MemoryStream();
        var writer = PipeWriter.Create(sent, new(leaveOpen: true));
        var route = new Route(Sample.Slug, providers.Select((p, i) => new Target($"a{i}", p, TimeSpan.FromSeconds(20), Priority: i)));
        var result = await new Dispatcher(TimeProvider.System, new Random(1), new() { Rounds = 1 })
            .StreamAsync(route, Sample.Request(), Sample.Context, writer, TestContext.Current.CancellationToken);
        await writer.CompleteAsync();
        return (result, Sample.Text(sent.ToArray()));
    }

    /// <summary>Sends its texts, then ends as told.</summary>
    private sealed class Steps(ProviderFailure? end, params string[] texts) : IChatProvider
    {
        public int Calls { get; private set; }

        public ValueTask<ProviderReply> ChatAsync(ChatCall call, CancellationToken ct) => throw new NotSupportedException();

        public async ValueTask<ProviderFailure?> StreamAsync(ChatCall call, ChatStream stream, CancellationToken ct)
        {
            Calls++;
            foreach (var text in texts)
            {
                await stream.WriteAsync(new ChatEvent { Content = text }, ct);
            }

            return end;
        }
    }

    /// <summary>Says a word every ten seconds.</summary>
    private sealed class Ticking(TimeProvider clock, int ticks = int.MaxValue) : IChatProvider
    {
        public ValueTask<ProviderReply> ChatAsync(ChatCall call, CancellationToken ct) => throw new NotSupportedException();

        public async ValueTask<ProviderFailure?> StreamAsync(ChatCall call, ChatStream stream, CancellationToken ct)
        {
            for (var i = 0; i < ticks; i++)
            {
                await Task.Delay(TimeSpan.FromSeconds(10), clock, ct);
                await stream.WriteAsync(new ChatEvent { Content = "word " }, ct);
            }

            return null;
        }
    }
}
