using ScaiGrid.Flows.Language;

namespace ScaiGrid.Runtime;

/// <param name="FlowName">Null is the program's first flow.</param>
/// <param name="Input">What the trigger brought; an object's fields are names in the flow's scope.</param>
/// <param name="Config">The Core's configuration, read as <c>config</c>.</param>
/// <param name="InstanceKey">Whose memory it uses; null for a run that leaves nothing behind.</param>
/// <param name="Variables">What the instance remembers, as <see cref="Program.Recall"/> gives it; an empty object for nothing.</param>
public sealed record RunStart(string RunId, string? FlowName, Value Input, Value Config, string? InstanceKey, Value Variables)
{
    /// <summary>The key of the one instance of a Core in singleton mode.</summary>
    public const string Singleton = "singleton";

    public RunLimits Limits { get; init; } = RunLimits.Default;

    /// <summary>Of the instance's memory; null when there is none.</summary>
    public string? MemoryRevision { get; init; }
}

/// <summary>
/// What one run may use up. A limit that is hit fails the run with the code <c>limit_…</c> that names it. They are recorded
/// when the run starts and stay its own, so that a replay meets the same ones.
/// </summary>
/// <param name="Steps">Steps executed, those of every iteration counted.</param>
/// <param name="ModelCalls">Calls of models, retries and fallbacks counted.</param>
/// <param name="Iterations">Turns of one loop.</param>
/// <param name="ScopeSize">Characters, about, of all values the run holds at a time.</param>
/// <param name="ValueDepth">How deep arrays and objects nest in one of them.</param>
/// <param name="Trace">Steps kept in the trace; the run goes on without recording more.</param>
/// <param name="Effects">Calls of plugins, HTTP and other Cores, messages published and consumed.</param>
/// <param name="Memory">Characters, about, of all declared variables of a run that belongs to an instance.</param>
public sealed record RunLimits(
    int Steps = 100_000, int ModelCalls = 1_000, int Iterations = 10_000, int ScopeSize = 4 * 1024 * 1024, int ValueDepth = 64,
    int Trace = 2_000, int Effects = 1_000, int Memory = 1024 * 1024)
{
    public static RunLimits Default { get; } = new();
}
