using ScaiGrid.Server.Access;

namespace ScaiGrid.Server.Features.Runs.Effects;

/// <summary>On whose behalf an effect is performed.</summary>
/// <param name="Depth">How many Cores called each other to get here.</param>
/// <param name="Core">Null when the Core is gone, or cannot be loaded any more.</param>
/// <param name="MayRepeat">The run was executed before: the effect may have been performed already.</param>
internal sealed record EffectContext(Run Run, Principal Caller, int Depth, LoadedCore? Core, bool MayRepeat);
