using ScaiGrid.Flows.Compile;
using ScaiGrid.Flows.Language;
using ScaiGrid.Flows.Packages;

namespace ScaiGrid.Flows.Tests.Packages;

/// <summary>Packages whose digests are all right, because whoever changed them wrote the digests anew.</summary>
public sealed class ReceivedPackageTests
{
    private static readonly Value Flow = Value.FromJson(File.ReadAllText(Path.Combine(Repository.Root, "samples/flows/expense-approval.flow.json")));

    [Fact]
    public void A_package_that_says_of_its_flow_what_is_so_is_received()
    {
        var archive = Make();

        Assert.True(ReceivedPackage.TryRead(archive, out var received, out var diagnostics));

        Assert.Empty(diagnostics);
        Assert.Equal(archive, received.Package.Write());
        Assert.Equal("Expense approval", received.Compiled.Graph.Name);
    }

    [Theory]
    [InlineData("Approved by a reviewer", "Refused by a reviewer")]
    [InlineData("amount <= limit", "true")]
    [InlineData("\n", "\r\n")]
    public void A_manifest_that_the_flow_does_not_compile_to_is_refused(string right, string wrong) =>
        Refused(Make(manifest: yaml => yaml.Replace(right, wrong, StringComparison.Ordinal)), PackageCodes.Compiled, "manifest.yaml");

    [Fact]
    public void Requirements_that_are_not_the_flows_are_refused()
    {
        Refused(Make(info: info => info with { Requires = Requirements.None }), PackageCodes.Compiled, "package.json.requires");
        Refused(Make(info: info => info with { Requires = info.Requires with { Plugins = ["crm"] } }), PackageCodes.Compiled, "package.json.requires");
        Refused(Make(info: info => info with { ScaicoreTarget = "0.3" }), PackageCodes.Compiled, "package.json.scaicore_target");
    }

    [Fact]
    public void Every_difference_is_told_at_once()
    {
        var archive = Make(yaml => yaml + "# more\n", info => info with { Requires = Requirements.None, ScaicoreTarget = "9" });

        Assert.False(ReceivedPackage.TryRead(archive, out _, out var diagnostics));

        Assert.Equal(["manifest.yaml", "package.json.scaicore_target", "package.json.requires"], diagnostics.Select(d => d.Path));
    }

    [Fact]
    public void A_flow_that_does_not_compile_and_a_file_that_is_no_package_are_refused_with_their_own_codes()
    {
        var broken = Value.FromJson(Flow.ToJson().Replace("\"amount == null\"", "\"amount ==\"", StringComparison.Ordinal));

        Assert.False(ReceivedPackage.TryRead(Package.Of(InfoOf(Compiled(Flow)), broken, "core:\n", null).Write(), out _, out var diagnostics));
        Assert.Contains(diagnostics, d => d.Severity == Severity.Error && d.Path.StartsWith("edges[", StringComparison.Ordinal));
        Refused("PK"u8.ToArray(), PackageCodes.Archive, "");
    }

    private static void Refused(byte[] archive, string code, string path)
    {
        Assert.False(ReceivedPackage.TryRead(archive, out _, out var diagnostics));
        Assert.Equal((code, path), (Assert.Single(diagnostics).Code, diagnostics[0].Path));
    }

    private static byte[] Make(Func<string, string>? manifest = null, Func<PackageInfo, PackageInfo>? info = null)
    {
        var compiled = Compiled(Flow);
        var (yaml, says) = (manifest?.Invoke(compiled.Yaml) ?? compiled.Yaml, InfoOf(compiled));
        return Package.Of(info?.Invoke(says) ?? says, Flow, yaml, null).Write();
    }

    private static PackageInfo InfoOf(CompiledFlow compiled) => new(
        PackageId.Parse("expenses", null), "Expenses", SemVer.Parse("1.0.0", null), "", new("usr_alice", "alice@acme.example"), compiled.Graph.ScaicoreTarget, compiled.Graph.Requirements());

    private static CompiledFlow Compiled(Value flow)
    {
        Assert.True(FlowCompiler.Compile(flow).Succeeded(out var compiled));
        return compiled;
    }
}
