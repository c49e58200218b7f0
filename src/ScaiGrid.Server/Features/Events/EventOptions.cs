namespace ScaiGrid.Server.Features.Events;

/// <summary>How many may follow events live, on each server.</summary>
internal sealed class EventOptions
{
    /// <summary>Streams that one user or key may hold open.</summary>
    public int MaxStreamsPerCaller { get; set; } = 10;

    /// <summary>Streams that all of a tenant may hold open.</summary>
    public int MaxStreamsPerTenant { get; set; } = 100;
}
