using System.Text;
using ScaiGrid.Flows.Language;
using ScaiGrid.Flows.Manifests;

namespace ScaiGrid.Flows.Packages;

/// <summary>
/// One published version of a flow, as the file <c>.scaipkg</c> holds it: a ZIP of <c>README.md</c> (if any), <c>flow.json</c>,
/// <c>manifest.yaml</c> and <c>package.json</c>. The same content makes the same bytes everywhere. The format is described in <c>docs/package-format.md</c>.
/// </summary>
public sealed class Package
{
    /// <summary>Bytes of a whole archive, and so of everything in it.</summary>
    public const int MaxLength = 10 << 20;

    internal const string ReadmeName = "README.md", FlowName = "flow.json", ManifestName = "manifest.yaml", InfoName = "package.json";

    internal Package(PackageInfo info, ReadOnlyMemory<byte> flow, ReadOnlyMemory<byte> manifest, ReadOnlyMemory<byte>? readme) =>
        (Info, FlowJson, Manifest, Readme) = (info, flow, manifest, readme);

    /// <param name="flow">The flow as its author wrote it. Numbers that no double holds must have been refused.</param>
    /// <param name="manifest">What the flow compiles to, as YAML.</param>
    /// <param name="readme">Markdown, or null.</param>
    public static Package Of(PackageInfo info, Value flow, string manifest, string? readme) => new(
        info, CanonicalJson.WriteUtf8(flow, keepOrder: true), Encoding.UTF8.GetBytes(manifest), readme is null ? (ReadOnlyMemory<byte>?)null : Encoding.UTF8.GetBytes(readme));

    public PackageInfo Info { get; }

    /// <summary>Canonical JSON, but for the order of members, which is the author's.</summary>
    public ReadOnlyMemory<byte> FlowJson { get; }

    /// <summary>The flow, read anew each time.</summary>
    public Value Flow => Value.FromJson(Encoding.UTF8.GetString(FlowJson.Span));

    public ReadOnlyMemory<byte> Manifest { get; }

    /// <summary>Null when there is none.</summary>
    public ReadOnlyMemory<byte>? Readme { get; }

    /// <summary>The same content as another version.</summary>
    public Package As(SemVer version) => new(Info with { Version = version }, FlowJson, Manifest, Readme);

    /// <summary>The <c>.scaipkg</c>.</summary>
    public byte[] Write()
    {
        var entries = Content();
        var info = CanonicalJson.WriteUtf8(Info.ToValue(entries.Select(e => KeyValuePair.Create<string, Value>(e.Name, Sha256.Of(e.Content.Span)))));
        return StoredZip.Write([.. entries, new(InfoName, info)]);
    }

    /// <summary>Reads an archive from anywhere, and trusts nothing of it.</summary>
    public static PackageReading Read(ReadOnlyMemory<byte> archive) => PackageReader.Read(archive);

    /// <summary>Takes apart an archive whose digest is known to be right, and so was checked when it was stored.</summary>
    public static Package Open(ReadOnlyMemory<byte> archive)
    {
        var content = StoredZip.Entries(archive).Entries.ToDictionary(e => e.Name, e => e.Content);
        var info = PackageInfo.Read(new(Value.FromJson(Encoding.UTF8.GetString(content[InfoName].Span)), InfoName, (path, message) => throw new InvalidDataException($"{path} {message}")));
        return new(info, content[FlowName], content[ManifestName], content.TryGetValue(ReadmeName, out var readme) ? readme : (ReadOnlyMemory<byte>?)null);
    }

    /// <summary>The entries but for <c>package.json</c>, in ordinal order.</summary>
    private List<ZipEntry> Content() =>
        [.. Readme is { } readme ? (ZipEntry[])[new(ReadmeName, readme)] : [], new(FlowName, FlowJson), new(ManifestName, Manifest)];
}

/// <summary>A package, or everything that keeps a file from being one.</summary>
public sealed class PackageReading
{
    private readonly Package? _package;

    internal PackageReading(Package? package, IReadOnlyList<Diagnostic> diagnostics) => (_package, Diagnostics) = (package, diagnostics);

    /// <summary>Empty when the reading succeeded.</summary>
    public IReadOnlyList<Diagnostic> Diagnostics { get; }

    public bool Succeeded([System.Diagnostics.CodeAnalysis.NotNullWhen(true)] out Package? package) => (package = _package) is not null;
}
