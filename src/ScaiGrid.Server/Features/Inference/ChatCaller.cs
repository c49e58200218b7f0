using ScaiGrid.Server.Access;

namespace ScaiGrid.Server.Features.Inference;

/// <summary>On whose behalf a chat call is made, for providers that run in this process.</summary>
/// <param name="Depth">How many Cores called each other to get here; 0 for a caller from outside.</param>
/// <param name="Left">Cancelled when the caller has gone, and not when only the time is up.</param>
internal sealed record ChatCaller(Principal Principal, int Depth, CancellationToken Left)
{
    /// <summary>Cores may call models that are Cores, but not without end.</summary>
    public const int MaxDepth = 8;
}
