using ScaiGrid.Gateway.Providers;
using ScaiGrid.Gateway.Routing;

namespace ScaiGrid.Gateway.Tests.Routing;

public sealed class CircuitTests
{
    private static readonly ProviderFailure Down = FakeProvider.Failure(FailureClass.Transient);

    private readonly ManualClock _clock = new();
    private readonly Circuit _circuit;

    public CircuitTests() => _circuit = new(threshold: 3, TimeSpan.FromSeconds(30), _clock);

    [Fact]
    public void It_opens_after_as_many_failures_in_a_row_as_told()
    {
        Fail(2);
        Assert.True(_circuit.TryEnter());
        _circuit.Failed(Down, counts: true);

        Assert.False(_circuit.TryEnter());
        var health = _circuit.Health();
        Assert.Equal((CircuitState.Open, 3, Down, TimeSpan.FromSeconds(30)), (health.Circuit, health.Failures, health.LastFailure, health.ProbeIn));
        Assert.Equal("unhealthy", health.Status);
    }

    [Fact]
    public void A_success_in_between_begins_the_count_anew()
    {
        Fail(2);
        _circuit.Succeeded();
        Fail(2);

        Assert.True(_circuit.TryEnter());
        Assert.Equal("degraded", _circuit.Health().Status);
    }

    [Fact]
    public void Failures_that_are_not_the_backends_weakness_do_not_open_it()
    {
        for (var i = 0; i < 10; i++)
        {
            _circuit.Failed(FakeProvider.Failure(FailureClass.Credential), counts: false);
        }

        Assert.True(_circuit.TryEnter());
        Assert.Equal("degraded", _circuit.Health().Status);
    }

    [Fact]
    public void After_its_rest_it_lets_one_call_through()
    {
        Fail(3);
        _clock.Advance(TimeSpan.FromSeconds(29));
        Assert.False(_circuit.TryEnter());
        _clock.Advance(TimeSpan.FromSeconds(1));

        Assert.Equal(CircuitState.HalfOpen, _circuit.Health().Circuit);
        Assert.True(_circuit.TryEnter());
        Assert.False(_circuit.TryEnter());
        Assert.Equal("degraded", _circuit.Health().Status);
    }

    [Fact]
    public void It_closes_when_that_call_succeeds()
    {
        Fail(3);
        _clock.Advance(TimeSpan.FromSeconds(30));
        Assert.True(_circuit.TryEnter());
        _circuit.Succeeded();

        Assert.True(_circuit.TryEnter());
        Assert.True(_circuit.TryEnter());
        Assert.Equal(BackendHealth.Unknown, _circuit.Health());
        Assert.Equal("healthy", _circuit.Health().Status);
    }

    [Fact]
    public void It_closes_when_the_backend_answers_that_call_with_a_failure_of_another_kind()
    {
        Fail(3);
        _clock.Advance(TimeSpan.FromSeconds(30));
        Assert.True(_circuit.TryEnter());
        _circuit.Failed(FakeProvider.Failure(FailureClass.RateLimited), counts: false);

        Assert.True(_circuit.TryEnter());
    }

    [Fact]
    public void It_rests_again_when_that_call_fails()
    {
        Fail(3);
        _clock.Advance(TimeSpan.FromSeconds(30));
        Assert.True(_circuit.TryEnter());
        _circuit.Failed(Down, counts: true);

        Assert.False(_circuit.TryEnter());
        _clock.Advance(TimeSpan.FromSeconds(29));
        Assert.False(_circuit.TryEnter());
        _clock.Advance(TimeSpan.FromSeconds(1));
        Assert.True(_circuit.TryEnter());
    }

    [Fact]
    public void A_call_that_is_given_up_leaves_its_turn_to_the_next()
    {
        Fail(3);
        _clock.Advance(TimeSpan.FromSeconds(30));
        Assert.True(_circuit.TryEnter());
        _circuit.Abandoned();

        Assert.True(_circuit.TryEnter());
    }

    [Fact]
    public void Calls_that_were_under_way_when_it_opened_do_not_prolong_the_rest()
    {
        Fail(3);
        _clock.Advance(TimeSpan.FromSeconds(20));
        _circuit.Failed(Down, counts: true);
        _clock.Advance(TimeSpan.FromSeconds(10));

        Assert.True(_circuit.TryEnter());
    }

    private void Fail(int times)
    {
        for (var i = 0; i < times; i++)
        {
            _circuit.Failed(Down, counts: true);
        }
    }
}
