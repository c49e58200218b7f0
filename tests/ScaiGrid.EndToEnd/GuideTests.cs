using System.Text.RegularExpressions;
using ScaiGrid.EndToEnd.Host;

namespace ScaiGrid.EndToEnd;

/// <summary>The commands of the guides, as they stand there.</summary>
public sealed partial class GuideTests
{
    [Fact]
    public async Task The_guide_to_flows_takes_a_file_to_a_model()
    {
        await using var installation = Installation.Make(bootstrap: "samples/bootstrap/demo.yaml");
        await using var server = await installation.StartAsync();

        var output = await Child.RunAsync("bash", ["-euo", "pipefail", "-c", Commands("docs/flow-api.md")], new Dictionary<string, string> { ["SCAIGRID_HOST"] = server.Url.ToString().TrimEnd('/') });

        var lines = output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(["true", "true", "scaicore/acme/expense-approval"], lines[..3]);
        Assert.StartsWith("sha256:", lines[3], StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_guide_to_triggers_signs_a_call_with_openssl()
    {
        await using var installation = Installation.Make(bootstrap: "samples/bootstrap/demo.yaml");
        await using var server = await installation.StartAsync();

        var output = await Child.RunAsync("bash", ["-euo", "pipefail", "-c", Commands("docs/triggers.md")], new Dictionary<string, string> { ["SCAIGRID_HOST"] = server.Url.ToString().TrimEnd('/') });

        var lines = output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(["created", "running", lines[3], lines[2], "WEBHOOK_REFUSED"], lines);
        Assert.StartsWith("run_", lines[2], StringComparison.Ordinal);
    }

    private static string Commands(string guide) => string.Join('\n', Block().Matches(Repository.Read(guide)).Select(m => m.Groups[1].Value));

    [GeneratedRegex("^```bash\n(.*?)^```", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex Block();
}
