using ScaiGrid.Gateway.Chat;
using ScaiGrid.Gateway.Providers;
using ScaiGrid.Gateway.Providers.Http;
using ScaiGrid.Gateway.Providers.OpenAi;
using ScaiGrid.Gateway.Routing;

namespace ScaiGrid.Gateway.Tests.Routing;

public sealed class ConcurrencyTests
{
    [Fact]
    public async Task Calls_at_the_same_time_never_get_one_anothers_answers()
    {
        using var http = new UpstreamHttp();
        await using var upstream = new FakeUpstream();
        for (var i = 0; i < 400; i++)
        {
            upstream.Then(async (connection, ct) =>
            {
                // Many requests share the queue of replies, so the reply is made of whatever request came on this connection.
                var body = upstream.LastOn(connection);
                var answer = Sample.Answer.Replace("Hi there.", body.Split("\"content\":\"")[1].Split('"')[0], StringComparison.Ordinal);
                await FakeUpstream.WriteAsync(connection, $"HTTP/1.1 200 OK\r\nContent-Length: {answer.Length}\r\n\r\n{answer}", ct);
            });
        }

        Assert.True(OpenAiKind.Custom(http, TimeProvider.System).TryConnect(
            Sample.Json($$"""{"base_url":"{{upstream.BaseUrl}}"}"""), Reach.Anywhere, out var provider, out _));
        var dispatcher = new Dispatcher(TimeProvider.System, new Random(1));
        var route = Sample.Route(provider);

        await Parallel.ForAsync(0, 400, new ParallelOptions { MaxDegreeOfParallelism = 16, CancellationToken = TestContext.Current.CancellationToken }, async (i, ct) =>
        {
            var said = $"number {i} {new string('x', i)}";
            using var result = await dispatcher.ChatAsync(
                route, Sample.Request($$"""{"model":"m","messages":[{"role":"user","content":"{{said}}"}]}"""), Sample.Context, ct);
            Assert.Equal(ChatOutcome.Answered, result.Outcome);
            Assert.Equal(said, Sample.Written(result).GetProperty("choices")[0].GetProperty("message").GetProperty("content").GetString());
        });
    }

    [Fact]
    public async Task One_probe_at_a_time_goes_to_a_backend_that_was_down()
    {
        var clock = new ManualClock();
        var dispatcher = new Dispatcher(clock, new Random(1), new() { Rounds = 1, CircuitThreshold = 1 });
        var backend = new Gate();
        var route = Sample.Route(backend);
        backend.Replies.Enqueue(new(FakeProvider.Failure(FailureClass.Transient)));
        (await dispatcher.ChatAsync(route, Sample.Request(), Sample.Context, TestContext.Current.CancellationToken)).Dispose();
        clock.Advance(TimeSpan.FromSeconds(30));

        var calls = Enumerable.Range(0, 8)
            .Select(_ => dispatcher.ChatAsync(route, Sample.Request(), Sample.Context, TestContext.Current.CancellationToken).AsTask()).ToList();
        backend.Opened.SetResult(FakeProvider.Answer());
        var results = await Task.WhenAll(calls);

        Assert.Single(results, r => r.Outcome == ChatOutcome.Answered);
        Assert.Equal(7, results.Count(r => r is { Outcome: ChatOutcome.ModelUnavailable, Attempts: 0 }));
        Assert.Equal(2, backend.Calls);
        Assert.Equal("healthy", dispatcher.HealthOf("backend_1").Status);
    }

    private sealed class Gate : IChatProvider
    {
        public Queue<ValueTask<ProviderReply>> Replies { get; } = new();

        public TaskCompletionSource<ChatAnswer> Opened { get; } = new();

        public int Calls { get; private set; }

        public async ValueTask<ProviderReply> ChatAsync(ChatCall call, CancellationToken ct)
        {
            Calls++;
            return Replies.TryDequeue(out var reply) ? await reply : await Opened.Task;
        }
    }
}
