using ScaiGrid.Flows.Language;

namespace ScaiGrid.Flows.Manifests;

/// <summary><c>rigid: text</c>: renders a template. A template that is one hole gives its value as it is.</summary>
public sealed record RigidStep(StepHead Head, Template Text) : Step(Head)
{
    internal static Step? Read(StepReader reader, StepHead head, ManifestNode step, ManifestNode body) =>
        reader.Template(body) is { } text ? new RigidStep(head, text) : null;
}
