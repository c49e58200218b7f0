namespace ScaiGrid.Server.Tests.Access;

/// <summary>A clock that stands still until it is moved. Timers run on the machine's own time.</summary>
internal sealed class SettableClock : TimeProvider
{
    private long _ticks = new DateTimeOffset(2026, 1, 15, 10, 30, 0, TimeSpan.Zero).UtcTicks;

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public override DateTimeOffset GetUtcNow() => new(Interlocked.Read(ref _ticks), TimeSpan.Zero);

    public override long GetTimestamp() => Interlocked.Read(ref _ticks);

    public void Advance(TimeSpan by) => Interlocked.Add(ref _ticks, by.Ticks);
}
