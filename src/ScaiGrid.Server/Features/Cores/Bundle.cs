using System.Text;
using System.Text.Json;
using ScaiGrid.Flows;
using ScaiGrid.Flows.Compile;
using ScaiGrid.Flows.Language;
using ScaiGrid.Flows.Manifests;
using ScaiGrid.Flows.Packages;
using ScaiGrid.Server.Features.Catalog;
using ScaiGrid.Server.Features.Flows;
using ScaiGrid.Server.Kernel;

namespace ScaiGrid.Server.Features.Cores;

internal enum BundleFormat { Manifest, Flow, Package }

/// <summary>A file that a Core can be made of, known by its content and not by its name.</summary>
/// <param name="Version">The package's, or the flow's; null for a manifest, which has none.</param>
internal sealed record Bundle(BundleFormat Format, Manifest Manifest, string? Version, IReadOnlyList<Diagnostic> Warnings)
{
    public static Result<Bundle> Read(ReadOnlyMemory<byte> file)
    {
        if (file.Span is [(byte)'P', (byte)'K', < 0x20, < 0x20, ..])
        {
            return ReadPackage(file);
        }

        using var reader = new StreamReader(new MemoryStream(file.ToArray(), writable: false), Encoding.UTF8); // which knows a byte order mark
        var text = reader.ReadToEnd();
        return FlowIn(text) is { } flow ? ReadFlow(flow, file.Length) : ReadManifest(text);
    }

    private static Result<Bundle> ReadPackage(ReadOnlyMemory<byte> file) => ReceivedPackage.TryRead(file, out var received, out var diagnostics)
        ? new Bundle(BundleFormat.Package, received.Compiled.Manifest, received.Package.Info.Version.ToString(), diagnostics)
        : CatalogErrors.NotReceived(diagnostics);

    private static Result<Bundle> ReadFlow(Value flow, int length)
    {
        if (length > FlowContent.MaxBytes)
        {
            return KernelErrors.TooLarge.With($"A flow may have at most {FlowContent.MaxBytes} bytes.");
        }

        var compilation = FlowCompiler.Compile(flow);
        return compilation.Succeeded(out var compiled)
            ? new Bundle(BundleFormat.Flow, compiled.Manifest, compiled.Graph.Version, compilation.Diagnostics)
            : FlowErrors.NotCompiled(compilation.Diagnostics);
    }

    private static Result<Bundle> ReadManifest(string text)
    {
        var reading = ManifestReader.Read(text);
        return reading.Succeeded(out var manifest) ? new Bundle(BundleFormat.Manifest, manifest, null, reading.Diagnostics) : CoreSource.Invalid(reading.Diagnostics);
    }

    /// <summary>A JSON object with the nodes that every flow has, and without the <c>core</c> of every manifest.</summary>
    private static Value? FlowIn(string text)
    {
        if (!text.AsSpan().TrimStart().StartsWith('{'))
        {
            return null;
        }

        try
        {
            var value = Value.FromJson(text);
            return value["nodes"].Kind == ValueKind.Array && value["core"].IsNull ? value : (Value?)null;
        }
        catch (JsonException)
        {
            return null; // YAML begins like that too
        }
    }
}
