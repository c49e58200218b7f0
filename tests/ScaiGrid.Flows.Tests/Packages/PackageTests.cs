using System.Globalization;
using System.IO.Compression;
using System.Text;
using FsCheck;
using FsCheck.Fluent;
using ScaiGrid.Flows.Language;
using ScaiGrid.Flows.Manifests;
using ScaiGrid.Flows.Packages;

namespace ScaiGrid.Flows.Tests.Packages;

public sealed class PackageTests
{
    private const string Manifest = "core:\n  name: Customer Support\n";

    private static readonly Value Flow = Value.FromJson(
        """
        {
          "id": "flow_abc123", "name": "Customer Support", "version": "0.2.0", "scaicore_target": "0.2",
          "nodes": [{"id": "entry", "type": "entry_api", "label": "Start", "position": {"x": 1.50, "y": -20}, "config": {}, "outputs": [{"id": "out", "label": "out", "type": "object"}]}],
          "edges": [], "x_unknown": {"kept": ["é", "👋", 1e21, 0.000001]}
        }
        """);

    private static readonly PackageInfo Info = new(
        PackageId.Parse("customer-support", null), "Customer Support", SemVer.Parse("0.2.0", null), "Triage + KB + HITL", new("usr_alice", "alice@acme.example"), "0.2",
        new([new("primary", "scaigrid", "openai/gpt-4o")], ["crm"], [new("tickets", null)], ["core://acme/billing"]));

    /// <summary>These bytes are a published format: a package of any older version must come out the same, and be read, for ever.</summary>
    [Fact]
    public void The_bytes_are_those_of_the_kept_package()
    {
        var archive = Sample("# Customer Support\n").Write();
        var kept = Path.Combine(Repository.Root, "tests/ScaiGrid.Flows.Tests/Packages/Golden/customer-support-0.2.0.scaipkg");
        if (Environment.GetEnvironmentVariable("GOLDEN") == "accept")
        {
            Directory.CreateDirectory(Path.GetDirectoryName(kept)!);
            File.WriteAllBytes(kept, archive);
        }

        Assert.Equal(File.ReadAllBytes(kept), archive);
        Assert.Equal("sha256:5fb42203a42fe8736088133f5e923d3810db0490cffb223932d255702f80b6d2", Sha256.Of(archive));
    }

    [Fact]
    public void A_package_reads_back_as_what_was_written()
    {
        foreach (var readme in new[] { null, "", "# Léa\n" })
        {
            var archive = Sample(readme).Write();

            Assert.True(Package.Read(archive).Succeeded(out var read));

            Assert.Equal(Info.Requires.ToValue(), read.Info.Requires.ToValue());
            Assert.Equal(Info with { Requires = read.Info.Requires }, read.Info);
            Assert.Equal(Flow, Value.FromJson(Encoding.UTF8.GetString(read.FlowJson.Span)));
            Assert.Equal(Manifest, Encoding.UTF8.GetString(read.Manifest.Span));
            Assert.Equal(readme, read.Readme is { } text ? Encoding.UTF8.GetString(text.Span) : null);
            Assert.Equal(archive, read.Write());
        }
    }

    [Fact]
    public void Any_tool_opens_it()
    {
        using var zip = new ZipArchive(new MemoryStream(Sample("# Hello\n").Write()));

        Assert.Equal(["README.md", "flow.json", "manifest.yaml", "package.json"], zip.Entries.Select(e => e.FullName));
        Assert.All(zip.Entries, e => Assert.Equal((new DateTime(1980, 1, 1), e.Length), (e.LastWriteTime.DateTime, e.CompressedLength)));
        using var flow = new StreamReader(zip.GetEntry("flow.json")!.Open());
        Assert.Equal(Flow, Value.FromJson(flow.ReadToEnd()));
    }

    [Fact]
    public void The_readers_culture_changes_nothing()
    {
        var expected = Sample("x").Write();
        var culture = (CultureInfo)CultureInfo.InvariantCulture.Clone();
        (culture.NumberFormat.NegativeSign, culture.NumberFormat.NumberDecimalSeparator, culture.NumberFormat.PositiveSign) = ("minus", ",", "plus");
        var before = CultureInfo.CurrentCulture;
        try
        {
            CultureInfo.CurrentCulture = culture;
            Assert.Equal(expected, Sample("x").Write());
            Assert.True(Package.Read(expected).Succeeded(out _));
        }
        finally
        {
            CultureInfo.CurrentCulture = before;
        }
    }

    /// <summary>Assignments are made one after the other, so a flow whose members are sorted may do something else.</summary>
    [Fact]
    public void The_order_of_members_is_the_authors()
    {
        var other = Value.Object(Flow.Members.Reverse());

        Assert.True(Package.Read(Package.Of(Info, other, Manifest, null).Write()).Succeeded(out var read));

        Assert.Equal(other.Members.Select(m => m.Key), read.Flow.Members.Select(m => m.Key));
        Assert.NotEqual(Sample(null).Write(), read.Write());
    }

    [Fact]
    public void Packages_of_older_versions_are_read()
    {
        var older = Directory.GetFiles(Path.Combine(Repository.Root, "tests/ScaiGrid.Flows.Tests/Packages/Golden/older"));

        Assert.NotEmpty(older);
        Assert.All(older, file => Assert.True(Package.Read(File.ReadAllBytes(file)).Succeeded(out var read) && read.Flow == Flow, file));
    }

    [Fact]
    public void Another_version_differs_in_nothing_else()
    {
        var other = Sample(null).As(SemVer.Parse("0.2.1", null));

        Assert.Equal(Package.Of(Info with { Version = SemVer.Parse("0.2.1", null) }, Flow, Manifest, null).Write(), other.Write());
    }

    [Fact]
    public void No_flipped_bit_goes_unseen()
    {
        var archive = Sample("# Customer Support\n").Write();
        for (var i = 0; i < archive.Length; i++)
        {
            archive[i] ^= 0x20;
            var reading = Package.Read(archive);
            Assert.False(reading.Succeeded(out _), $"byte {i}");
            Assert.NotEmpty(reading.Diagnostics);
            archive[i] ^= 0x20;
        }
    }

    [Fact]
    public void No_cut_off_or_lengthened_file_is_read()
    {
        var archive = Sample("# Customer Support\n").Write();
        for (var length = 0; length < archive.Length; length++)
        {
            Assert.False(Package.Read(archive.AsMemory(0, length)).Succeeded(out _), $"{length} bytes");
        }

        Assert.False(Package.Read((byte[])[.. archive, 0]).Succeeded(out _));
        Assert.False(Package.Read((byte[])[0, .. archive]).Succeeded(out _));
    }

    [Fact]
    public void Random_bytes_are_refused_without_an_exception() =>
        Check.One(Config.QuickThrowOnFailure.WithMaxTest(2000), Prop.ForAll<byte[], int>((noise, at) =>
        {
            var archive = Sample("x").Write();
            var begin = Math.Abs(at % archive.Length);
            noise.AsSpan(0, Math.Min(noise.Length, archive.Length - begin)).CopyTo(archive.AsSpan(begin));
            var reading = Package.Read(archive);
            return !Package.Read(noise).Succeeded(out _) && (!reading.Succeeded(out var read) || read.Write().SequenceEqual(archive));
        }));

    [Fact]
    public void A_zip_of_another_form_is_refused()
    {
        var output = new MemoryStream();
        using (var zip = new ZipArchive(output, ZipArchiveMode.Create, leaveOpen: true))
        {
            using var entry = zip.CreateEntry("flow.json", CompressionLevel.Optimal).Open();
            entry.Write(new byte[1 << 20]);
        }

        Assert.Contains("stored", Refused(output.ToArray(), PackageCodes.Archive), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("flow.json", "manifest.yaml")]
    [InlineData("flow.json", "manifest.yaml", "package.json", "package.json")]
    [InlineData("manifest.yaml", "flow.json", "package.json")]
    [InlineData("flow.json", "manifest.yaml", "package.json", "../../etc/passwd")]
    [InlineData("README.md", "flow.json", "flow.json", "manifest.yaml", "package.json")]
    [InlineData("readme.md", "flow.json", "manifest.yaml", "package.json")]
    public void Only_the_known_entries_in_their_order_are_read(params string[] names) =>
        Refused(StoredZip.Write([.. names.Select(n => new ZipEntry(n, "{}"u8.ToArray()))]), PackageCodes.Entries);

    [Fact]
    public void A_package_that_is_too_large_is_not_looked_into() => Refused(new byte[Package.MaxLength + 1], PackageCodes.TooLarge);

    [Theory]
    [InlineData("\"format\":1", "\"format\":2", PackageCodes.Info, "package.json.format")]
    [InlineData("\"package_id\":\"customer-support\"", "\"package_id\":\"Customer Support\"", PackageCodes.Info, "package.json.package_id")]
    [InlineData("\"version\":\"0.2.0\"", "\"version\":\"0.2\"", PackageCodes.Info, "package.json.version")]
    [InlineData("\"name\":\"Customer Support\"", "\"name\":\"\"", PackageCodes.Info, "package.json.name")]
    [InlineData("\"description\":\"Triage + KB + HITL\"", "\"description\":null", PackageCodes.Info, "package.json.description")]
    [InlineData("\"id\":\"usr_alice\"", "\"id\":7", PackageCodes.Info, "package.json.author.id")]
    [InlineData("\"plugins\":[\"crm\"]", "\"plugins\":[1]", PackageCodes.Info, "package.json.requires.plugins[0]")]
    [InlineData("\"role\":\"primary\"", "\"role\":false", PackageCodes.Info, "package.json.requires.models[0].role")]
    [InlineData("\"version\":\"0.2.0\"", "\"version\":\"0.2.0\",\"z\":1", PackageCodes.Info, "package.json.z")]
    [InlineData("\"format\":1", "\"format\": 1", PackageCodes.Json, "package.json")]
    [InlineData("\"format\":1", "\"format\":1.0", PackageCodes.Json, "package.json")]
    [InlineData("\"format\":1", "\"format\":1,\"format\":1", PackageCodes.Json, "package.json")]
    [InlineData("\"format\":1", "\"format\":", PackageCodes.Json, "package.json")]
    public void Whatever_package_json_says_wrong_is_named(string right, string wrong, string code, string path) =>
        Assert.Contains(Package.Read(Changed("package.json", right, wrong)).Diagnostics, d => (d.Code, d.Path) == (code, path));

    [Fact]
    public void A_flow_of_the_wrong_shape_is_no_package()
    {
        var broken = Value.FromJson(CanonicalJson.Write(Flow).Replace("entry_api", "no_such_kind", StringComparison.Ordinal));

        var fault = Assert.Single(Package.Read(Package.Of(Info, broken, Manifest, null).Write()).Diagnostics);

        Assert.Equal(PackageCodes.Flow, fault.Code);
        Assert.StartsWith("flow.json.nodes[0].type", fault.Path, StringComparison.Ordinal);
    }

    [Fact]
    public void What_a_flow_requires_is_read_from_its_configuration_and_its_nodes()
    {
        Assert.True(ScaiGrid.Flows.Graph.FlowReader.Read(Value.FromJson(
            """
            {
              "id": "flow_1", "name": "All", "version": "1.0.0",
              "nodes": [
                {"id": "a", "type": "entry_api", "label": "In"},
                {"id": "b", "type": "tool_plugin", "label": "B", "config": {"alias": "crm", "method": "find"}},
                {"id": "c", "type": "queue_publish", "label": "C", "config": {"queue": "tickets", "message_type": "t"}},
                {"id": "d", "type": "queue_publish", "label": "D", "config": {"queue": "tickets", "message_type": "t"}},
                {"id": "e", "type": "subflow_call", "label": "E", "config": {"target": "core://acme/billing"}},
                {"id": "f", "type": "compute_provision", "label": "F"}
              ],
              "edges": [],
              "config": {"core_identity": {"models": [{"role": "primary", "ref": "scaigrid", "model": "openai/gpt-4o"}]}, "plugins": [{"alias": "search"}]}
            }
            """)).Succeeded(out var flow));

        Assert.Equal(
            """{"models":[{"model":"openai/gpt-4o","ref":"scaigrid","role":"primary"}],"plugins":["crm","scaibunker","search"],"queues":[{"name":"tickets","scope":null}],"subflows":["core://acme/billing"]}""",
            CanonicalJson.Write(flow.Requirements().ToValue()));
    }

    [Fact]
    public void A_changed_entry_does_not_fit_its_digest()
    {
        var fault = Assert.Single(Package.Read(Changed("manifest.yaml", "Customer", "Cuztomer")).Diagnostics);

        Assert.Equal((PackageCodes.Digest, "package.json.digests.manifest.yaml"), (fault.Code, fault.Path));
    }

    [Fact]
    public void A_readme_that_is_added_or_taken_away_is_seen()
    {
        var (with, without) = (Entries(Sample("x").Write()), Entries(Sample(null).Write()));

        Refused(StoredZip.Write([with[0], .. without]), PackageCodes.Digest);
        Refused(StoredZip.Write([.. with.Skip(1)]), PackageCodes.Digest);
    }

    [Fact]
    public void Entries_are_utf_8()
    {
        var entries = Entries(Sample("x").Write());

        var faults = Package.Read(StoredZip.Write([new("README.md", (byte[])[0xff, 0xfe]), .. entries.Skip(1)])).Diagnostics;

        Assert.Contains(faults, f => (f.Code, f.Path) == (PackageCodes.Encoding, "README.md"));
    }

    private static Package Sample(string? readme) => Package.Of(Info, Flow, Manifest, readme);

    private static IReadOnlyList<ZipEntry> Entries(byte[] archive) => StoredZip.Read(archive).Entries;

    /// <summary>The sample with one text replaced in one entry, and nothing else made to fit.</summary>
    private static byte[] Changed(string name, string right, string wrong)
    {
        var entries = Entries(Sample(null).Write());
        var text = Encoding.UTF8.GetString(entries.Single(e => e.Name == name).Content.Span);
        var at = text.LastIndexOf(right, StringComparison.Ordinal);
        Assert.True(at >= 0, $"{right} is not in {text}");
        var changed = Encoding.UTF8.GetBytes(text[..at] + wrong + text[(at + right.Length)..]);
        return StoredZip.Write([.. entries.Select(e => e.Name == name ? new ZipEntry(name, changed) : e)]);
    }

    private static string Refused(byte[] archive, string code)
    {
        var reading = Package.Read(archive);
        Assert.False(reading.Succeeded(out _));
        return Assert.Single(reading.Diagnostics, d => d.Code == code).Message;
    }
}
