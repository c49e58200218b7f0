using ScaiGrid.Server.Features.Runs.Replicas;
using ScaiGrid.Server.Kernel;

namespace ScaiGrid.Server.Tests.Runs.Replicas;

public sealed class PulsesTests
{
    private static readonly Id<Replica> One = new("rep_1"), Two = new("rep_2");

    private readonly HandClock _clock = new();

    [Fact]
    public void Silence_is_counted_from_the_first_look_that_saw_the_beat()
    {
        var pulses = new Pulses(_clock, TimeSpan.FromSeconds(2));

        Assert.Equal((0, 0), Look(pulses, 7, 3));
        Assert.Equal((1, 1), Look(pulses, 7, 3, after: 1));
        Assert.Equal((0, 2), Look(pulses, 8, 3, after: 1));
        Assert.Equal((1, 3), Look(pulses, 8, 3, after: 1));
    }

    [Fact]
    public void Who_was_stopped_himself_holds_silence_against_nobody()
    {
        var pulses = new Pulses(_clock, TimeSpan.FromSeconds(2));
        Look(pulses, 7, 3);

        Assert.Equal((0, 0), Look(pulses, 7, 3, after: 60));
        Assert.Equal((1, 1), Look(pulses, 7, 3, after: 1));
    }

    [Fact]
    public void One_that_is_gone_is_forgotten()
    {
        var pulses = new Pulses(_clock, TimeSpan.FromSeconds(2));
        Look(pulses, 7, 3);
        _clock.Advance(1);

        Assert.Equal([Two], pulses.Look(new Dictionary<Id<Replica>, long> { [Two] = 3 }).Keys);
        Assert.Equal((0, 2), Look(pulses, 7, 3, after: 1));
    }

    private (int One, int Two) Look(Pulses pulses, long one, long two, int after = 0)
    {
        _clock.Advance(after);
        var quiet = pulses.Look(new Dictionary<Id<Replica>, long> { [One] = one, [Two] = two });
        return ((int)quiet[One].TotalSeconds, (int)quiet[Two].TotalSeconds);
    }

    private sealed class HandClock : TimeProvider
    {
        private long _now;

        public override long TimestampFrequency => 1;

        public override long GetTimestamp() => _now;

        public void Advance(int seconds) => _now += seconds;
    }
}
