namespace ScaiGrid.Flows;

public enum Severity { Error, Warning }

/// <summary>One thing wrong, or doubtful, in a manifest or a flow.</summary>
/// <param name="Severity">An error refuses the source; a warning does not.</param>
/// <param name="Code">Stable and never reused: <see cref="Manifests.ManifestCodes"/>, <see cref="Graph.FlowCodes"/>.</param>
/// <param name="Message">A sentence its author can act on.</param>
/// <param name="Path">Where, from the root: <c>core.flows[0].steps[2].guard</c>, <c>nodes[2].config.goal</c>. Empty for the whole.</param>
/// <param name="Line">1-based line of the text; null when the source was not text, or was JSON.</param>
/// <param name="NodeId">The flow node a step was compiled from, else the step's id; of a flow: the node. Null outside of these.</param>
/// <param name="EdgeId">The edge of a flow; null outside of edges.</param>
public sealed record Diagnostic(
    Severity Severity, string Code, string Message, string Path, int? Line = null, string? NodeId = null, string? EdgeId = null)
{
    public override string ToString() =>
        $"{(Severity == Severity.Error ? "error" : "warning")} {Code} {Path}{(Line is { } line ? $" (line {line})" : "")}: {Message}";
}
