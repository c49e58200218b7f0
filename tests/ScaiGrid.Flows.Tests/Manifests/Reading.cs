using ScaiGrid.Flows.Manifests;

namespace ScaiGrid.Flows.Tests.Manifests;

/// <summary>Short words for the tests: a manifest from its flow's steps, and the errors of a reading as <c>code path</c>.</summary>
internal static class Reading
{
    public static Manifest Valid(string yaml)
    {
        var reading = ManifestReader.Read(yaml);
        Assert.True(reading.Succeeded(out var manifest), string.Join('\n', reading.Diagnostics));
        return manifest;
    }

    public static IReadOnlyList<Diagnostic> OfSteps(string steps) => ManifestReader.Read(WithSteps(steps)).Diagnostics;

    public static Step Step(string step) => Valid(WithSteps(step)).Flows[0].Steps[0];

    public static string WithSteps(string steps) =>
        "core:\n  name: test\n  model: scaigrid/m\n  flows:\n    - steps:\n"
        + string.Join('\n', steps.Trim('\n').Split('\n').Select(line => "        " + line)) + "\n";

    public static string[] Codes(IReadOnlyList<Diagnostic> diagnostics) =>
        [.. diagnostics.Select(d => $"{d.Code} {d.Path}".TrimEnd())];
}
