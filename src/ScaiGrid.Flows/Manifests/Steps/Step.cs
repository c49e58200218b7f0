using ScaiGrid.Flows.Language;

namespace ScaiGrid.Flows.Manifests;

/// <summary>What every step has, whatever it does.</summary>
/// <param name="Id">Unique in its flow.</param>
/// <param name="Kind">Its keyword, such as <c>llm_turn</c>.</param>
/// <param name="Path">
/// Where it stands in its flow, such as <c>steps[2].branches[0].steps[1]</c>. A run adds <c>#3</c> after the loop for
/// its fourth iteration.
/// </param>
/// <param name="Result">The name that its result is bound to: <c>result</c>, else the id.</param>
/// <param name="Next">
/// The index of the step that follows, in the same list and always a later one; the length of the list ends it.
/// </param>
/// <param name="Meta"><c>meta</c> as it came.</param>
public sealed record StepHead(string Id, string Kind, string Path, string Result, int Next, Value Meta)
{
    /// <summary>The flow node it was compiled from; null in a manifest written by hand.</summary>
    public string? NodeId { get; } = Meta["node_id"].AsString();

    /// <summary>What it tells once it is completed; null for nothing.</summary>
    public Emit? Emit { get; init; }
}

/// <summary>One step, checked. Each kind is a record of its own that also knows how to read itself.</summary>
public abstract record Step(StepHead Head);
