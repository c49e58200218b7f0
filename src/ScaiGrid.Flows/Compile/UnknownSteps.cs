using ScaiGrid.Flows.Language;

namespace ScaiGrid.Flows.Compile;

/// <summary><c>metadata.unknown_steps</c>: what an import could not draw, so that nothing of the manifest is lost.</summary>
internal static class UnknownSteps
{
    public static Value Keep(IReadOnlyList<(string Path, Value Step)> steps, Value content, List<Diagnostic> diagnostics)
    {
        if (steps.Count == 0)
        {
            return content;
        }

        foreach (var (path, step) in steps)
        {
            diagnostics.Add(new(Severity.Warning, CompileCodes.UnknownStep,
                $"No node stands for the step '{step["id"].AsString() ?? path}': it is kept in metadata.unknown_steps and does not run.", path));
        }

        var metadata = content["metadata"];
        var kept = metadata["unknown_steps"].Items.Concat(steps.Select(step => step.Step));
        return Value.Object(content.Members.Append(new(
            "metadata", Value.Object(metadata.Members.Append(new("unknown_steps", Value.Array([.. kept])))))));
    }
}
