using ScaiGrid.Flows.Graph.Analysis;
using ScaiGrid.Flows.Language;

namespace ScaiGrid.Flows.Graph;

/// <summary>Whether a flow makes sense: its shape, and what its parts say of each other.</summary>
public static class FlowAnalysis
{
    /// <summary>Every error and warning, by place; <see cref="FlowCodes"/> lists them. Throws nothing, whatever the content.</summary>
    public static IReadOnlyList<Diagnostic> Analyse(Value content) => FlowCheck.Of(content).Diagnostics;
}
