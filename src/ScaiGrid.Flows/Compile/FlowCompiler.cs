using ScaiGrid.Flows.Graph;
using ScaiGrid.Flows.Graph.Analysis;
using ScaiGrid.Flows.Language;
using ScaiGrid.Flows.Manifests;

namespace ScaiGrid.Flows.Compile;

/// <summary>
/// Makes the manifest of a flow. Pure: the same content gives the same bytes, wherever and whenever it is compiled. It takes
/// time in proportion to nodes and edges, and throws for no content at all.
/// </summary>
public static class FlowCompiler
{
    /// <returns>The compiled flow, or else every error; and every warning in any case.</returns>
    public static FlowCompilation Compile(Value content)
    {
        var check = FlowCheck.Of(content);
        var diagnostics = new List<Diagnostic>(check.Diagnostics);
        if (check is not { Graph: { } graph, Control: { } control })
        {
            return new(null, diagnostics);
        }

        var source = ManifestSource.Of(graph, control, diagnostics);
        return new(diagnostics.Exists(d => d.Severity == Severity.Error) ? null : Check(graph, source, diagnostics), diagnostics);
    }

    /// <summary>What is compiled must be readable again: where it would not be, analysis has let a fault pass.</summary>
    private static CompiledFlow? Check(FlowGraph graph, Value source, List<Diagnostic> diagnostics)
    {
        var yaml = ManifestWriter.Write(source);
        if (!ManifestText.IsReadable(yaml, source))
        {
            diagnostics.Add(new(Severity.Error, CompileCodes.TooLarge,
                $"The manifest would be larger than {ManifestText.MaxBytes / 1024 / 1024} MiB or nest deeper than {ManifestText.MaxDepth} levels.", ""));
            return null;
        }

        var reading = ManifestReader.Read(source);
        if (reading.Succeeded(out var manifest))
        {
            return new(graph, manifest, yaml);
        }

        var places = graph.Nodes.ToDictionary(node => node.Id, node => $"nodes[{node.Index}]", StringComparer.Ordinal);
        diagnostics.AddRange(reading.Diagnostics.Where(d => d.Severity == Severity.Error).Select(d => new Diagnostic(
            Severity.Error, CompileCodes.InvalidManifest, $"{d.Message} ({d.Code} at {d.Path} of the manifest)",
            d.NodeId is { } id && places.TryGetValue(id, out var place) ? place : "", NodeId: d.NodeId)));
        return null;
    }
}
