namespace ScaiGrid.Gateway.Tests;

/// <summary>A clock that moves when it is told to, and runs what falls due on the way.</summary>
internal sealed class ManualClock : TimeProvider
{
    private readonly Lock _gate = new();
    private readonly List<Timer> _timers = [];
    private DateTimeOffset _now = new(2026, 1, 2, 3, 4, 5, TimeSpan.Zero);
    private TaskCompletionSource _armed = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public override DateTimeOffset GetUtcNow() => _now;

    public override long GetTimestamp() => _now.Ticks;

    /// <summary>How long until the next timer falls due; null when none is set.</summary>
    public TimeSpan? Next
    {
        get
        {
            lock (_gate)
            {
                return _timers.Where(t => t.Due is not null).Min(t => t.Due) - _now;
            }
        }
    }

    public void Advance(TimeSpan by)
    {
        var end = _now + by;
        while (true)
        {
            Timer? due;
            lock (_gate)
            {
                due = _timers.Where(t => t.Due <= end).MinBy(t => t.Due);
                _now = due?.Due > _now ? due.Due.Value : due is null ? end : _now;
                if (due is null)
                {
                    return;
                }

                due.Due = null;
            }

            due.Fire();
        }
    }

    /// <summary>
    /// Moves the clock to each timer as it is set, until the work is done: what waits for time runs through its waits in order,
    /// and no real time passes. Only for work in which everything that waits, waits for this clock.
    /// </summary>
    public async Task<T> RunAsync<T>(Task<T> work)
    {
        while (!work.IsCompleted)
        {
            Task armed;
            lock (_gate)
            {
                armed = _armed.Task;
            }

            if (Next is { } wait)
            {
                Advance(wait > TimeSpan.Zero ? wait : TimeSpan.Zero);
            }
            else
            {
                await Task.WhenAny(work, armed);
            }
        }

        return await work;
    }

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = new Timer(this, callback, state);
        lock (_gate)
        {
            _timers.Add(timer);
        }

        timer.Change(dueTime, period);
        return timer;
    }

    private sealed class Timer(ManualClock clock, TimerCallback callback, object? state) : ITimer
    {
        public DateTimeOffset? Due { get; set; }

        public void Fire() => callback(state);

        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            lock (clock._gate)
            {
                Due = dueTime == Timeout.InfiniteTimeSpan ? null : clock._now + dueTime;
                if (Due is not null)
                {
                    var armed = clock._armed;
                    clock._armed = new(TaskCreationOptions.RunContinuationsAsynchronously);
                    armed.SetResult();
                }
            }

            return true;
        }

        public void Dispose()
        {
            lock (clock._gate)
            {
                Due = null;
                clock._timers.Remove(this);
            }
        }

        public ValueTask DisposeAsync()
        {
            Dispose();
            return ValueTask.CompletedTask;
        }
    }
}
