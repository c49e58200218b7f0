namespace ScaiGrid.Gateway.Routing;

/// <summary>How persistent the dispatcher is.</summary>
public sealed record DispatchOptions
{
    /// <summary>How often each backend of a priority may be asked in one call before the next priority's turn.</summary>
    public int Rounds { get; init; } = 2;

    /// <summary>The longest wait before the second round; it doubles with each round, and at least half of it is waited.</summary>
    public TimeSpan Backoff { get; init; } = TimeSpan.FromMilliseconds(250);

    /// <summary>The wait for a backend that is receiving too many requests and does not say for how long.</summary>
    public TimeSpan RateLimitPause { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>Failures in a row that open a backend's circuit.</summary>
    public int CircuitThreshold { get; init; } = 5;

    /// <summary>How long an open circuit rests before a call is let through.</summary>
    public TimeSpan CircuitRest { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>How long a stream may take as a whole.</summary>
    public TimeSpan LongestStream { get; init; } = TimeSpan.FromMinutes(30);
}
