using System.Diagnostics.CodeAnalysis;
using System.Text;
using ScaiGrid.Flows.Compile;

namespace ScaiGrid.Flows.Packages;

/// <summary>
/// A package from elsewhere that was taken at nobody's word. Digests tell only that nothing was damaged, for whoever changes an entry can write its digest
/// anew; so the flow is compiled here, and what the package says of it must be what comes out.
/// </summary>
public sealed record ReceivedPackage(Package Package, CompiledFlow Compiled)
{
    /// <param name="diagnostics">Everything that keeps the file from being received; otherwise the compiler's warnings.</param>
    public static bool TryRead(ReadOnlyMemory<byte> archive, [NotNullWhen(true)] out ReceivedPackage? received, out IReadOnlyList<Diagnostic> diagnostics)
    {
        received = null;
        var reading = Package.Read(archive);
        if (!reading.Succeeded(out var package))
        {
            diagnostics = reading.Diagnostics;
            return false;
        }

        var compilation = FlowCompiler.Compile(package.Flow);
        diagnostics = compilation.Diagnostics;
        if (!compilation.Succeeded(out var compiled))
        {
            return false;
        }

        diagnostics = [.. Differences(package, compiled), .. compilation.Diagnostics];
        received = diagnostics.Any(d => d.Severity == Severity.Error) ? null : new(package, compiled);
        return received is not null;
    }

    private static IEnumerable<Diagnostic> Differences(Package package, CompiledFlow compiled)
    {
        if (!package.Manifest.Span.SequenceEqual(Encoding.UTF8.GetBytes(compiled.Yaml)))
        {
            yield return Different(Package.ManifestName, "is not what the flow compiles to");
        }

        if (package.Info.ScaicoreTarget != compiled.Graph.ScaicoreTarget)
        {
            yield return Different($"{Package.InfoName}.scaicore_target", "is not that of the flow");
        }

        if (package.Info.Requires.ToValue() != compiled.Graph.Requirements().ToValue())
        {
            yield return Different($"{Package.InfoName}.requires", "is not what the flow requires");
        }
    }

    private static Diagnostic Different(string path, string message) => new(Severity.Error, PackageCodes.Compiled, message, path);
}
