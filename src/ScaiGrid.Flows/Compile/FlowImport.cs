using System.Diagnostics.CodeAnalysis;
using ScaiGrid.Flows.Language;
using ScaiGrid.Flows.Manifests;

namespace ScaiGrid.Flows.Compile;

/// <summary>What importing gave: a flow unless there are errors, and every diagnostic either way.</summary>
public sealed record FlowImported(Value? Content, IReadOnlyList<Diagnostic> Diagnostics)
{
    public bool Succeeded([NotNullWhen(true)] out Value? content) => (content = Content) is not null;
}

/// <summary>
/// Makes a flow of a manifest. One that was compiled gives back the flow it was compiled from, value for value; one that was
/// written by hand becomes a drawing of its steps. Throws nothing, whatever the text.
/// </summary>
public static class FlowImport
{
    /// <param name="yaml">YAML or JSON, at most 10 MiB.</param>
    public static FlowImported Import(string yaml)
    {
        var diagnostics = new List<Diagnostic>();
        if (!ManifestText.TryParse(yaml, diagnostics, out var manifest, out _))
        {
            return new(null, diagnostics);
        }

        var core = manifest["core"];
        if (core["flows"].Items.Count == 0 || !core["flows"].Items.All(flow => flow["steps"].Kind == ValueKind.Array))
        {
            diagnostics.Add(new(Severity.Error, CompileCodes.NotAManifest, "The text is no manifest: it has no 'core' with flows of steps.", "core"));
            return new(null, diagnostics);
        }

        var isCompiled = core["scaiflow_meta"]["graph"]["nodes"].Kind == ValueKind.Array;
        var content = isCompiled ? Restore(manifest, diagnostics) : new ManifestDrawing(manifest, diagnostics).Draw();
        return new(content, diagnostics);
    }

    private static Value Restore(Value manifest, List<Diagnostic> diagnostics)
    {
        var meta = manifest["core"]["scaiflow_meta"];
        var steps = new CompiledSteps(manifest["core"]["flows"], meta["graph"]["nodes"]);
        var content = UnknownSteps.Keep(steps.Unknown, GraphRemainder.ContentOf(meta, steps.OfNodes), diagnostics);
        if (!FlowCompiler.Compile(content).Succeeded(out var again) || again.Manifest.Source != manifest)
        {
            diagnostics.Add(new(Severity.Warning, CompileCodes.StepsDiffer,
                "The manifest is not what its flow compiles to: what was changed in it by hand, or compiled by another version, is not in the flow.",
                "core"));
        }

        return content;
    }
}
