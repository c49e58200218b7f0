namespace ScaiGrid.Flows.Manifests;

/// <summary>The diagnostics of one reading, and which step they belong to at the moment.</summary>
internal sealed class ManifestReport(List<Diagnostic> diagnostics)
{
    /// <summary>The flow node of the step being read; null outside of steps.</summary>
    public string? NodeId { get; set; }

    public void Error(ManifestNode at, string code, string message) => Add(Severity.Error, at, code, message);

    public void Warning(ManifestNode at, string code, string message) => Add(Severity.Warning, at, code, message);

    private void Add(Severity severity, ManifestNode at, string code, string message) =>
        diagnostics.Add(new(severity, code, message, at.Path, at.Line, NodeId));
}
