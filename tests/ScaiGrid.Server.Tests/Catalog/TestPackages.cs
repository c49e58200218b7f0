using System.Text;
using System.Text.Json.Nodes;
using ScaiGrid.Flows;
using ScaiGrid.Flows.Compile;
using ScaiGrid.Flows.Language;
using ScaiGrid.Flows.Manifests;
using ScaiGrid.Flows.Packages;
using ScaiGrid.Server.Tests.Flows;

namespace ScaiGrid.Server.Tests.Catalog;

/// <summary>Archives from nowhere, good and tampered with, whose digests are right in any case.</summary>
internal static class TestPackages
{
    /// <param name="manifest">What becomes of the manifest that the flow compiles to.</param>
    public static byte[] Make(JsonObject? flow = null, string id = "customer-support", Func<string, string>? manifest = null)
    {
        // What a package holds is the flow as it is written there, with the shortest form of each number.
        var content = Value.FromJson(Encoding.UTF8.GetString(CanonicalJson.WriteUtf8(Value.FromJson((flow ?? TestFlows.Echo()).ToJsonString()), keepOrder: true).Span));
        Assert.True(FlowCompiler.Compile(content).Succeeded(out var compiled));
        var info = new PackageInfo(
            PackageId.Parse(id, null), "Customer Support", SemVer.Parse("0.2.0", null), "", new("usr_elsewhere", "author@elsewhere.example"), compiled.Graph.ScaicoreTarget, compiled.Graph.Requirements());
        return Package.Of(info, content, manifest?.Invoke(compiled.Yaml) ?? compiled.Yaml, "# Hello\n").Write();
    }
}
