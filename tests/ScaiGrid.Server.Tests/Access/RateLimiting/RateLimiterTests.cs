using FsCheck;
using FsCheck.Fluent;
using ScaiGrid.Server.Access.RateLimiting;

namespace ScaiGrid.Server.Tests.Access.RateLimiting;

public sealed class RateLimiterTests : IDisposable
{
    private readonly SettableClock _clock = new();
    private readonly RateLimiter _limiter;

    public RateLimiterTests() => _limiter = new(_clock);

    public void Dispose() => _limiter.Dispose();

    [Fact]
    public void Requests_are_counted_down_and_then_refused_until_the_oldest_is_a_minute_old()
    {
        Quota[] quotas = [new(RateLevel.User, "u", 2)];
        Assert.Equal(new(true, 2, 1, 60), _limiter.Take(quotas));
        _clock.Advance(TimeSpan.FromSeconds(20));
        Assert.Equal(new(true, 2, 0, 40), _limiter.Take(quotas));
        Assert.Equal(new(false, 2, 0, 40), _limiter.Take(quotas));
        _clock.Advance(TimeSpan.FromSeconds(39.5));
        Assert.Equal(new(false, 2, 0, 1), _limiter.Take(quotas));
        _clock.Advance(TimeSpan.FromSeconds(0.5));
        Assert.Equal(new(true, 2, 0, 20), _limiter.Take(quotas));
    }

    [Fact]
    public void The_quota_with_the_least_left_is_told()
    {
        Quota[] quotas = [new(RateLevel.Key, "k", 10), new(RateLevel.User, "u", 3), new(RateLevel.Tenant, "t", 100)];
        Assert.Equal((3, 2), (_limiter.Take(quotas).Limit, _limiter.Take(quotas).Remaining + 1));
    }

    [Fact]
    public void A_refused_request_counts_for_none_of_its_quotas()
    {
        Quota[] both = [new(RateLevel.Key, "k", 5), new(RateLevel.User, "u", 1)];
        Assert.True(_limiter.Take(both).Allowed);
        Assert.False(_limiter.Take(both).Allowed);

        Assert.Equal(3, _limiter.Take([new(RateLevel.Key, "k", 5)]).Remaining);
    }

    [Fact]
    public void The_same_id_on_two_levels_is_two_windows()
    {
        Assert.True(_limiter.Take([new(RateLevel.Key, "x", 1)]).Allowed);
        Assert.True(_limiter.Take([new(RateLevel.User, "x", 1)]).Allowed);
    }

    [Fact]
    public void A_limit_that_is_lowered_holds_at_once()
    {
        for (var i = 0; i < 5; i++)
        {
            _limiter.Take([new(RateLevel.User, "u", 10)]);
        }

        Assert.Equal(new(false, 2, 0, 60), _limiter.Take([new(RateLevel.User, "u", 2)]));
    }

    [Fact]
    public void Idle_windows_are_dropped_and_busy_ones_kept()
    {
        _limiter.Take([new(RateLevel.User, "left", 5)]);
        _clock.Advance(TimeSpan.FromSeconds(30));
        _limiter.Take([new(RateLevel.User, "busy", 5)]);
        _clock.Advance(TimeSpan.FromSeconds(31));
        _limiter.DropIdle();

        Assert.Equal(1, _limiter.WindowCount);
        Assert.Equal(3, _limiter.Take([new(RateLevel.User, "busy", 5)]).Remaining);
    }

    [Fact]
    public async Task Of_many_at_once_exactly_the_limit_is_allowed_even_while_windows_are_dropped()
    {
        Quota[] quotas = [new(RateLevel.Key, "k", 700), new(RateLevel.User, "u", 500), new(RateLevel.Tenant, "t", 600), new(RateLevel.Partner, "p", 800)];
        var allowed = 0;
        await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Task.Run(() =>
        {
            for (var i = 0; i < 500; i++)
            {
                if (_limiter.Take(quotas).Allowed)
                {
                    Interlocked.Increment(ref allowed);
                }

                if (i % 50 == 0)
                {
                    _limiter.DropIdle();
                }
            }
        }, TestContext.Current.CancellationToken)));

        Assert.Equal(500, allowed);
    }

    [Fact]
    public void Taking_allocates_nothing_once_the_window_has_grown()
    {
        Quota[] quotas = [new(RateLevel.Key, "k", 60), new(RateLevel.User, "u", 120), new(RateLevel.Tenant, "t", 1000), new(RateLevel.Partner, "p", 5000)];
        void Run()
        {
            for (var i = 0; i < 200; i++)
            {
                _limiter.Take(quotas);
                _clock.Advance(TimeSpan.FromSeconds(1));
            }
        }

        Run();
        var before = GC.GetAllocatedBytesForCurrentThread();
        Run();

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    [Fact]
    public void Windows_slide_exactly_as_a_list_of_moments_would()
    {
        var steps = Gen.Choose(0, 40_000).ListOf().Where(l => l.Count > 0);
        Prop.ForAll(steps.ToArbitrary(), Gen.Choose(1, 8).ToArbitrary(), (pauses, limit) =>
        {
            var clock = new SettableClock();
            using var limiter = new RateLimiter(clock);
            var moments = new List<DateTimeOffset>();
            foreach (var pause in pauses)
            {
                clock.Advance(TimeSpan.FromMilliseconds(pause));
                moments.RemoveAll(m => m <= clock.GetUtcNow() - RateLimiter.Window);
                var outcome = limiter.Take([new(RateLevel.User, "u", limit)]);
                if (outcome.Allowed != moments.Count < limit)
                {
                    return false;
                }

                if (outcome.Allowed)
                {
                    moments.Add(clock.GetUtcNow());
                }

                if (outcome.Remaining != limit - moments.Count || outcome.Reset != (int)Math.Ceiling((moments[0] + RateLimiter.Window - clock.GetUtcNow()).TotalSeconds))
                {
                    return false;
                }
            }

            return true;
        }).QuickCheckThrowOnFailure();
    }
}
