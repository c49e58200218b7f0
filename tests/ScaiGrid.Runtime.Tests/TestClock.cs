namespace ScaiGrid.Runtime.Tests;

/// <summary>A clock that a test moves: a second with every look, and by hand. Its timers fire when it is moved past them.</summary>
internal sealed class TestClock : TimeProvider
{
    public static readonly DateTimeOffset Start = new(2026, 1, 1, 12, 0, 0, TimeSpan.Zero);

    private readonly List<Alarm> _alarms = [];

    public DateTimeOffset Time { get; private set; } = Start;

    public override DateTimeOffset GetUtcNow() => Time += TimeSpan.FromSeconds(1);

    public void Advance(TimeSpan by)
    {
        Time += by;
        foreach (var alarm in _alarms.Where(a => a.Due <= Time).ToArray())
        {
            _alarms.Remove(alarm);
            alarm.Ring();
        }
    }

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var alarm = new Alarm(this, Time + dueTime, () => callback(state));
        _alarms.Add(alarm);
        return alarm;
    }

    private sealed record Alarm(TestClock Clock, DateTimeOffset Due, Action Ring) : ITimer
    {
        public bool Change(TimeSpan dueTime, TimeSpan period) => true;

        public void Dispose() => Clock._alarms.Remove(this);

        public ValueTask DisposeAsync()
        {
            Dispose();
            return ValueTask.CompletedTask;
        }
    }
}
