using ScaiGrid.Flows;

namespace ScaiGrid.Server.Features.Flows;

/// <summary>One thing wrong or doubtful in a flow.</summary>
/// <param name="Code">Stable; <c>docs/flows.md</c> lists them.</param>
/// <param name="Path">Such as <c>edges[2]</c>; empty for the whole.</param>
internal sealed record DiagnosticView(Severity Severity, string Code, string Message, string Path, string? NodeId, string? EdgeId)
{
    public static DiagnosticView Of(Diagnostic diagnostic) =>
        new(diagnostic.Severity, diagnostic.Code, diagnostic.Message, diagnostic.Path, diagnostic.NodeId, diagnostic.EdgeId);
}
