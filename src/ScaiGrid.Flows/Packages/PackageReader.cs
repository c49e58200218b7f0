using System.Text.Json;
using System.Text.Unicode;
using ScaiGrid.Flows.Graph;
using ScaiGrid.Flows.Language;
using ScaiGrid.Flows.Manifests;

namespace ScaiGrid.Flows.Packages;

/// <summary>Checks everything about an archive before anything of it is used.</summary>
internal static class PackageReader
{
    private static readonly JsonDocumentOptions Strict = new() { MaxDepth = 128, AllowDuplicateProperties = false };

    public static PackageReading Read(ReadOnlyMemory<byte> archive)
    {
        var faults = new List<Diagnostic>();
        if (archive.Length > Package.MaxLength)
        {
            return Refuse(PackageCodes.TooLarge, "", $"a package has at most {Package.MaxLength} bytes");
        }

        var (entries, broken) = StoredZip.Read(archive);
        if (broken is not null)
        {
            return Refuse(PackageCodes.Archive, "", broken);
        }

        if (CheckNames(entries) is { } names)
        {
            return Refuse(PackageCodes.Entries, "", names);
        }

        var content = entries.ToDictionary(e => e.Name, e => e.Content);
        foreach (var (name, bytes) in content.Where(e => !Utf8.IsValid(e.Value.Span)))
        {
            faults.Add(new(Severity.Error, PackageCodes.Encoding, "is not UTF-8", name));
        }

        var info = ReadInfo(content, faults);
        if (ReadJson(content[Package.FlowName], Package.FlowName, faults) is { } flow)
        {
            faults.AddRange(FlowReader.Read(flow).Diagnostics.Where(d => d.Severity == Severity.Error).Select(d => d with { Code = PackageCodes.Flow, Path = $"{Package.FlowName}.{d.Path}" }));
        }

        return faults.Count > 0
            ? new(null, faults)
            : new(new(info!, content[Package.FlowName], content[Package.ManifestName], content.TryGetValue(Package.ReadmeName, out var readme) ? readme : (ReadOnlyMemory<byte>?)null), []);
    }

    private static PackageReading Refuse(string code, string path, string message) => new(null, [new(Severity.Error, code, message, path)]);

    /// <summary>Nothing but the known names, each once, in ordinal order; only the README may be missing.</summary>
    private static string? CheckNames(IReadOnlyList<ZipEntry> entries)
    {
        string[] with = [Package.ReadmeName, .. Required], names = [.. entries.Select(e => e.Name)];
        return names.SequenceEqual(Required) || names.SequenceEqual(with) ? null
            : $"the entries must be {string.Join(", ", with)}, in this order, and only {Package.ReadmeName} may be left out";
    }

    private static string[] Required => [Package.FlowName, Package.ManifestName, Package.InfoName];

    private static PackageInfo? ReadInfo(Dictionary<string, ReadOnlyMemory<byte>> content, List<Diagnostic> faults)
    {
        if (ReadJson(content[Package.InfoName], Package.InfoName, faults) is not { } json)
        {
            return null;
        }

        var shape = new ShapeCheck(json, Package.InfoName, (path, message) => faults.Add(new(Severity.Error, PackageCodes.Info, message, path)));
        var info = PackageInfo.Read(shape);
        if (info.Name is { Length: 0 or > PackageInfo.MaxNameLength } || info.Description.Length > PackageInfo.MaxDescriptionLength || info.Name.Contains('\0') || info.Description.Contains('\0'))
        {
            faults.Add(new(Severity.Error, PackageCodes.Info, $"has 1 to {PackageInfo.MaxNameLength} characters, the description at most {PackageInfo.MaxDescriptionLength}, none of them U+0000", $"{Package.InfoName}.name"));
        }

        var digests = Value.Object(content.Where(e => e.Key != Package.InfoName).Select(e => KeyValuePair.Create<string, Value>(e.Key, Sha256.Of(e.Value.Span))));
        foreach (var name in digests.Members.Keys.Union(json["digests"].Members.Keys).Where(n => digests[n] != json["digests"][n]))
        {
            faults.Add(new(Severity.Error, PackageCodes.Digest, "is not the digest of the entry", $"{Package.InfoName}.digests.{name}"));
        }

        return info;
    }

    /// <summary>The entry's JSON, which must be in canonical form, so that one content has one digest.</summary>
    private static Value? ReadJson(ReadOnlyMemory<byte> content, string name, List<Diagnostic> faults)
    {
        try
        {
            using var document = JsonDocument.Parse(content, Strict);
            var value = Value.FromJson(document.RootElement);
            if (value.Kind != ValueKind.Object)
            {
                faults.Add(new(Severity.Error, PackageCodes.Json, "is not a JSON object", name));
                return null;
            }

            if (!CanonicalJson.WriteUtf8(value, keepOrder: name == Package.FlowName).Span.SequenceEqual(content.Span) || NumberPrecision.LostIn(document.RootElement).Count > 0)
            {
                faults.Add(new(Severity.Error, PackageCodes.Json, "is not in the canonical form of RFC 8785", name));
            }

            return value;
        }
        catch (JsonException e)
        {
            faults.Add(new(Severity.Error, PackageCodes.Json, $"is not JSON that can be read here: {e.Message}", name));
            return null;
        }
    }
}
