using System.Diagnostics.CodeAnalysis;
using ScaiGrid.Flows.Graph;
using ScaiGrid.Flows.Manifests;

namespace ScaiGrid.Flows.Compile;

/// <summary>What compiling gave: a flow that can be deployed unless there are errors, and every diagnostic either way.</summary>
public sealed record FlowCompilation(CompiledFlow? Flow, IReadOnlyList<Diagnostic> Diagnostics)
{
    public bool Succeeded([NotNullWhen(true)] out CompiledFlow? flow) => (flow = Flow) is not null;
}

/// <param name="Graph">What was compiled.</param>
/// <param name="Manifest">What it became, checked.</param>
/// <param name="Yaml">The manifest's text: the same bytes for the same flow, on every machine, culture and time zone.</param>
public sealed record CompiledFlow(FlowGraph Graph, Manifest Manifest, string Yaml);
