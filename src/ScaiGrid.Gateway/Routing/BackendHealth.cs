using ScaiGrid.Gateway.Providers;

namespace ScaiGrid.Gateway.Routing;

public enum CircuitState
{
    /// <summary>Calls go through.</summary>
    Closed,

    /// <summary>The time of rest is over: one call is let through to see.</summary>
    HalfOpen,

    /// <summary>No calls go through.</summary>
    Open,
}

/// <summary>How a backend has been doing, as seen from this process.</summary>
/// <param name="Failures">Failures in a row that count against the circuit.</param>
/// <param name="LastFailure">The last failure since the last success; null when all is well.</param>
/// <param name="ProbeIn">How long until an open circuit lets a call through; null when it is not open.</param>
public sealed record BackendHealth(CircuitState Circuit, int Failures, ProviderFailure? LastFailure, TimeSpan? ProbeIn)
{
    /// <summary>A backend that nobody has called.</summary>
    public static BackendHealth Unknown { get; } = new(CircuitState.Closed, 0, null, null);

    /// <summary><c>healthy</c>, <c>degraded</c> (failing, or being tried again) or <c>unhealthy</c> (not called for now).</summary>
    public string Status => (Circuit, LastFailure) switch
    {
        (CircuitState.Open, _) => "unhealthy",
        (CircuitState.Closed, null) => "healthy",
        _ => "degraded",
    };
}
