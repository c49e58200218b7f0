using System.Buffers;
using ScaiGrid.Gateway.Chat;
using ScaiGrid.Gateway.Providers;
using ScaiGrid.Gateway.Routing;

namespace ScaiGrid.Gateway.Tests.Routing;

public sealed class DispatcherTests
{
    private readonly ManualClock _clock = new();
    private readonly Dispatcher _dispatcher;

    public DispatcherTests() => _dispatcher = new(_clock, new Random(7));

    [Fact]
    public async Task The_result_tells_who_answered_and_what_it_took()
    {
        using var result = await RunAsync(new FakeProvider(FakeProvider.Answer("12345678")));

        Assert.Equal(ChatOutcome.Answered, result.Outcome);
        Assert.Equal("a0", result.BackendId);
        Assert.Equal(1, result.Attempts);
        Assert.Null(result.Failure);
        Assert.Equal(new Usage(6, 2, 8, Estimated: true), result.Usage);
        Assert.Equal(result.Latency, result.TimeToFirstToken);
        Assert.False(result.ContentSent);
    }

    [Theory]
    [InlineData(FailureClass.Transient, 2)]
    [InlineData(FailureClass.RateLimited, 2)]
    [InlineData(FailureClass.Timeout, 1)]
    [InlineData(FailureClass.Quota, 1)]
    [InlineData(FailureClass.Credential, 1)]
    [InlineData(FailureClass.ModelGone, 1)]
    [InlineData(FailureClass.ShapeMismatch, 1)]
    [InlineData(FailureClass.Unavailable, 1)]
    [InlineData(FailureClass.Unknown, 1)]
    [InlineData(FailureClass.Refused, 1)]
    [InlineData(FailureClass.CallerFault, 1)]
    public async Task Only_failures_that_may_pass_are_tried_again(FailureClass failure, int attempts)
    {
        using var result = await RunAsync(new FakeProvider(FakeProvider.Failure(failure)));

        Assert.Equal(attempts, result.Attempts);
        Assert.Equal(failure, result.Failure?.Class);
    }

    [Theory]
    [InlineData(FailureClass.Transient)]
    [InlineData(FailureClass.RateLimited)]
    [InlineData(FailureClass.Timeout)]
    [InlineData(FailureClass.Quota)]
    [InlineData(FailureClass.Credential)]
    [InlineData(FailureClass.ModelGone)]
    [InlineData(FailureClass.ShapeMismatch)]
    [InlineData(FailureClass.Unavailable)]
    [InlineData(FailureClass.Unknown)]
    public async Task A_failing_backend_is_replaced_by_the_next_priority(FailureClass failure)
    {
        using var result = await RunAsync([(1, 1, new FakeProvider(FakeProvider.Answer("from the second"))), (0, 1, new FakeProvider(FakeProvider.Failure(failure)))]);

        Assert.Equal(ChatOutcome.Answered, result.Outcome);
        Assert.Equal("a0", result.BackendId);
        Assert.Equal("from the second", result.Answer?.Text);
    }

    [Theory]
    [InlineData(FailureClass.CallerFault)]
    [InlineData(FailureClass.Refused)]
    public async Task What_is_the_requests_own_fault_goes_to_no_other_backend(FailureClass failure)
    {
        var second = new FakeProvider(FakeProvider.Answer());

        using var result = await RunAsync([(0, 1, new FakeProvider(FakeProvider.Failure(failure))), (1, 1, second)]);

        Assert.Equal(ChatOutcome.Rejected, result.Outcome);
        Assert.Equal(0, second.Calls);
        Assert.Equal("healthy", _dispatcher.HealthOf("a0").Status);
    }

    [Theory]
    [InlineData(FailureClass.Transient, ChatOutcome.BackendError)]
    [InlineData(FailureClass.Quota, ChatOutcome.BackendError)]
    [InlineData(FailureClass.Credential, ChatOutcome.BackendError)]
    [InlineData(FailureClass.ModelGone, ChatOutcome.BackendError)]
    [InlineData(FailureClass.Unknown, ChatOutcome.BackendError)]
    [InlineData(FailureClass.Timeout, ChatOutcome.BackendTimeout)]
    [InlineData(FailureClass.RateLimited, ChatOutcome.BackendRateLimited)]
    [InlineData(FailureClass.ShapeMismatch, ChatOutcome.ShapeMismatch)]
    [InlineData(FailureClass.Unavailable, ChatOutcome.ModelUnavailable)]
    public async Task The_last_failure_decides_what_the_caller_is_told(FailureClass failure, ChatOutcome outcome)
    {
        using var result = await RunAsync(new FakeProvider(FakeProvider.Failure(failure)));

        Assert.Equal(outcome, result.Outcome);
        Assert.Throws<InvalidOperationException>(() => result.WriteTo(new ArrayBufferWriter<byte>()));
    }

    [Fact]
    public async Task A_blip_is_answered_by_the_same_backend_after_a_short_wait()
    {
        var second = new FakeProvider(FakeProvider.Answer());

        using var result = await RunAsync(
            [(0, 1, new FakeProvider(FakeProvider.Failure(FailureClass.Transient), FakeProvider.Answer())), (1, 1, second)]);

        Assert.Equal((ChatOutcome.Answered, "a0", 2), (result.Outcome, result.BackendId, result.Attempts));
        Assert.InRange(result.Latency.TotalMilliseconds, 125, 250);
        Assert.Equal(0, second.Calls);
    }

    [Fact]
    public async Task Backends_of_the_same_priority_are_asked_at_once_before_any_wait()
    {
        using var result = await RunAsync(
            [(0, 1000, new FakeProvider(FakeProvider.Failure(FailureClass.Transient))), (0, 1, new FakeProvider(FakeProvider.Answer()))]);

        Assert.Equal(("a1", 2, TimeSpan.Zero), (result.BackendId, result.Attempts, result.Latency));
    }

    [Fact]
    public async Task Waits_grow_with_each_round()
    {
        var dispatcher = new Dispatcher(_clock, new Random(7), new() { Rounds = 4 });

        using var result = await _clock.RunAsync(dispatcher.ChatAsync(
            Sample.Route(new FakeProvider(FakeProvider.Failure(FailureClass.Transient))), Sample.Request(), Sample.Context, Cancel).AsTask());

        Assert.Equal(4, result.Attempts);
        Assert.InRange(result.Latency.TotalMilliseconds, (250 + 500 + 1000) / 2, 250 + 500 + 1000);
    }

    [Fact]
    public async Task The_wait_that_a_backend_asks_for_is_kept()
    {
        using var result = await RunAsync(new FakeProvider(
            FakeProvider.Failure(FailureClass.RateLimited, TimeSpan.FromSeconds(7)), FakeProvider.Answer()));

        Assert.Equal(ChatOutcome.Answered, result.Outcome);
        Assert.Equal(TimeSpan.FromSeconds(7), result.Latency);
    }

    [Fact]
    public async Task A_wait_past_the_deadline_is_left_to_the_caller()
    {
        using var result = await RunAsync(new FakeProvider(FakeProvider.Failure(FailureClass.RateLimited, TimeSpan.FromMinutes(3))));

        Assert.Equal((ChatOutcome.BackendRateLimited, 1), (result.Outcome, result.Attempts));
        Assert.Equal(TimeSpan.Zero, result.Latency);
        Assert.Equal(TimeSpan.FromMinutes(3), result.RetryAfter);
    }

    [Fact]
    public async Task A_backend_with_too_much_to_do_is_not_waited_for_when_another_priority_is_left()
    {
        using var result = await RunAsync(
            [(0, 1, new FakeProvider(FakeProvider.Failure(FailureClass.RateLimited, TimeSpan.FromSeconds(1)))), (1, 1, new FakeProvider(FakeProvider.Answer()))]);

        Assert.Equal(("a1", 2, TimeSpan.Zero), (result.BackendId, result.Attempts, result.Latency));
    }

    [Fact]
    public async Task The_shortest_of_several_waits_is_kept()
    {
        using var result = await RunAsync(
        [
            (0, 1, new FakeProvider(FakeProvider.Failure(FailureClass.RateLimited, TimeSpan.FromSeconds(9)), FakeProvider.Answer())),
            (0, 1, new FakeProvider(FakeProvider.Failure(FailureClass.RateLimited, TimeSpan.FromSeconds(2)), FakeProvider.Answer())),
        ]);

        Assert.Equal((ChatOutcome.Answered, TimeSpan.FromSeconds(2)), (result.Outcome, result.Latency));
    }

    [Fact]
    public async Task A_backend_that_fails_five_times_rests_and_the_call_goes_elsewhere()
    {
        var bad = new FakeProvider(FakeProvider.Failure(FailureClass.Transient));
        var route = RouteOf([(0, 1, bad), (1, 1, new FakeProvider(FakeProvider.Answer()))]);
        for (var i = 0; i < 5; i++)
        {
            (await RunAsync(route)).Dispose();
        }

        Assert.Equal(5, bad.Calls);
        Assert.Equal("unhealthy", _dispatcher.HealthOf("a0").Status);
        using var result = await RunAsync(route);
        Assert.Equal(("a1", 1), (result.BackendId, result.Attempts));
    }

    [Fact]
    public async Task With_all_circuits_open_the_model_is_unavailable_until_the_first_probe()
    {
        var route = RouteOf([(0, 1, new FakeProvider(FakeProvider.Failure(FailureClass.Transient)))]);
        for (var i = 0; i < 3; i++)
        {
            (await RunAsync(route)).Dispose();
        }

        _clock.Advance(TimeSpan.FromSeconds(10));
        using var result = await RunAsync(route);

        Assert.Equal((ChatOutcome.ModelUnavailable, 0, null), (result.Outcome, result.Attempts, result.BackendId));
        Assert.InRange(result.RetryAfter!.Value.TotalSeconds, 19, 20);
        Assert.Equal(FailureClass.Unavailable, result.Failure?.Class);
    }

    [Fact]
    public async Task A_backend_that_has_recovered_is_found_by_a_probe()
    {
        var down = FakeProvider.Failure(FailureClass.Transient);
        var route = RouteOf([(0, 1, new FakeProvider(down, down, down, down, down, FakeProvider.Answer()))]);
        for (var i = 0; i < 3; i++)
        {
            (await RunAsync(route)).Dispose();
        }

        _clock.Advance(TimeSpan.FromSeconds(30));
        using var result = await RunAsync(route);

        Assert.Equal(ChatOutcome.Answered, result.Outcome);
        Assert.Equal("healthy", _dispatcher.HealthOf("a0").Status);
    }

    [Fact]
    public async Task What_is_known_of_a_backend_can_be_forgotten()
    {
        (await RunAsync(new FakeProvider(FakeProvider.Failure(FailureClass.Quota)))).Dispose();
        Assert.Equal("degraded", _dispatcher.HealthOf("a0").Status);

        _dispatcher.Forget("a0");

        Assert.Equal(BackendHealth.Unknown, _dispatcher.HealthOf("a0"));
    }

    [Fact]
    public async Task A_bug_in_a_provider_is_not_swallowed_and_does_not_hold_the_circuit()
    {
        var route = Sample.Route(new BuggyProvider());

        await Assert.ThrowsAsync<InvalidCastException>(async () => await _dispatcher.ChatAsync(route, Sample.Request(), Sample.Context, Cancel));
    }

    [Theory]
    [InlineData(3, 1)]
    [InlineData(1, 0)]
    [InlineData(1, 1)]
    [InlineData(90, 10)]
    public async Task Calls_are_shared_out_by_weight(int first, int second)
    {
        var (a, b) = (new FakeProvider(FakeProvider.Answer()), new FakeProvider(FakeProvider.Answer()));
        var route = RouteOf([(0, first, a), (0, second, b)]);
        for (var i = 0; i < 4000; i++)
        {
            (await _dispatcher.ChatAsync(route, Sample.Request(), Sample.Context, Cancel)).Dispose();
        }

        Assert.Equal(4000, a.Calls + b.Calls);
        Assert.Equal((double)first / (first + second), a.Calls / 4000.0, tolerance: 0.03);
    }

    [Fact]
    public async Task A_backend_of_weight_zero_stands_in_for_the_others()
    {
        using var result = await RunAsync(
            [(0, 0, new FakeProvider(FakeProvider.Answer())), (0, 5, new FakeProvider(FakeProvider.Failure(FailureClass.Credential)))]);

        Assert.Equal(("a0", 2), (result.BackendId, result.Attempts));
    }

    [Fact]
    public async Task The_deadline_ends_an_attempt_without_blaming_the_backend()
    {
        var route = new Route(Sample.Slug, new Target("a0", new SilentProvider(), TimeSpan.FromSeconds(60))) { Deadline = TimeSpan.FromSeconds(5) };

        using var result = await RunAsync(route);

        Assert.Equal((ChatOutcome.BackendTimeout, TimeSpan.FromSeconds(5)), (result.Outcome, result.Latency));
        Assert.Equal("healthy", _dispatcher.HealthOf("a0").Status);
    }

    [Fact]
    public async Task After_a_timeout_the_rest_of_the_time_is_for_the_others()
    {
        var route = new Route(
            Sample.Slug,
            new Target("a0", new SilentProvider(), TimeSpan.FromSeconds(10)),
            new Target("a1", new FakeProvider(FakeProvider.Answer()), TimeSpan.FromSeconds(10), Priority: 1));

        using var result = await RunAsync(route);

        Assert.Equal(("a1", TimeSpan.FromSeconds(10)), (result.BackendId, result.Latency));
        Assert.Equal(FailureClass.Timeout, _dispatcher.HealthOf("a0").LastFailure?.Class);
    }

    [Fact]
    public async Task A_caller_who_leaves_during_a_wait_ends_the_call()
    {
        using var leaving = new CancellationTokenSource();
        var call = _dispatcher.ChatAsync(
            Sample.Route(new FakeProvider(FakeProvider.Failure(FailureClass.Transient))), Sample.Request(), Sample.Context, leaving.Token).AsTask();

        await leaving.CancelAsync();
        using var result = await call;

        Assert.Equal((ChatOutcome.Canceled, 1), (result.Outcome, result.Attempts));
        Assert.Null(result.Failure);
    }

    [Fact]
    public void A_route_without_targets_is_a_bug() => Assert.Throws<ArgumentException>(() => new Route("a/b"));

    [Fact]
    public async Task A_route_may_have_as_many_targets_as_64()
    {
        var last = new FakeProvider(FakeProvider.Answer());
        using var result = await RunAsync(
            [.. Enumerable.Repeat(new FakeProvider(FakeProvider.Failure(FailureClass.Quota)), 63).Select(p => (0, 1, p)), (9, 1, last)]);

        Assert.Equal(("a63", 64), (result.BackendId, result.Attempts));
        Assert.Throws<ArgumentException>(() => RouteOf([.. Enumerable.Repeat((0, 1, last), 65)]));
    }

    [Fact]
    public void A_price_is_exact() =>
        Assert.Equal(0.0000615m, new Prices(1.5m, 6m).Cost(new Usage(13, 7)));

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private Task<ChatResult> RunAsync(FakeProvider provider) => RunAsync([(0, 1, provider)]);

    private Task<ChatResult> RunAsync(IReadOnlyList<(int Priority, int Weight, FakeProvider Provider)> targets) => RunAsync(RouteOf(targets));

    private Task<ChatResult> RunAsync(Route route) =>
        _clock.RunAsync(_dispatcher.ChatAsync(route, Sample.Request(), Sample.Context, Cancel).AsTask());

    private static Route RouteOf(IReadOnlyList<(int Priority, int Weight, FakeProvider Provider)> targets) => new(
        Sample.Slug,
        targets.Select((t, i) => new Target($"a{i}", t.Provider, TimeSpan.FromSeconds(20), t.Priority, t.Weight)));

    /// <summary>Never answers, and gives up on the thread that cancels it, so that the clock does not run on meanwhile.</summary>
    private sealed class SilentProvider : IChatProvider
    {
        public async ValueTask<ProviderReply> ChatAsync(ChatCall call, CancellationToken ct)
        {
            var never = new TaskCompletionSource<ProviderReply>();
            await using var canceled = ct.Register(() => never.TrySetCanceled(ct));
            return await never.Task;
        }
    }

    private sealed class BuggyProvider : IChatProvider
    {
        public ValueTask<ProviderReply> ChatAsync(ChatCall call, CancellationToken ct) => throw new InvalidCastException("a bug");
    }
}
