using ScaiGrid.EndToEnd.Host;

namespace ScaiGrid.EndToEnd;

/// <summary>The calls of the sample clients, as they stand in the repository, against the sample company and the sample Core.</summary>
public sealed class SampleClientTests
{
    private const string DemoKey = "sgk_DEMO-KEY-FOR-LOCAL-TRIALS-ONLY-000000000000";
    private const string Slug = "scaicore/acme/approval-agent";
    private const string Asked = "Which amount is it?";

    [Fact]
    public async Task Curl_publishes_chats_and_unpublishes()
    {
        var output = await RunAsync("bash", Repository.PathOf("samples/clients/curl.sh"));

        var answers = output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(3, answers.Length);
        Assert.Contains($"\"published_slug\":\"{Slug}\"", answers[0], StringComparison.Ordinal);
        Assert.Contains(Asked, answers[1], StringComparison.Ordinal);
        Assert.Contains("\"status\":\"completed\"", answers[1], StringComparison.Ordinal);
        Assert.DoesNotContain("published", answers[2], StringComparison.Ordinal);
    }

    [Fact]
    public async Task Python_publishes_chats_and_unpublishes()
    {
        var python = Environment.GetEnvironmentVariable("SCAIGRID_TEST_PYTHON");
        Assert.SkipWhen(python is null, "SCAIGRID_TEST_PYTHON names no Python that can import httpx; ./build.sh e2e installs one on Debian as root.");
        AssertSaid(await RunAsync(python, Repository.PathOf("samples/clients/python.py")));
    }

    [Fact]
    public async Task JavaScript_publishes_chats_and_unpublishes() => AssertSaid(await RunAsync("node", Repository.PathOf("samples/clients/javascript.mjs")));

    [Fact]
    public async Task CSharp_publishes_chats_and_unpublishes()
    {
        var configuration = new DirectoryInfo(AppContext.BaseDirectory).Name; // the sample is built with these tests
        AssertSaid(await RunAsync(Repository.PathOf($"artifacts/bin/ScaiGrid.Samples.Client/{configuration}/ScaiGrid.Samples.Client")));
    }

    private static void AssertSaid(string output)
    {
        var lines = output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(3, lines.Length);
        Assert.Equal(Slug, lines[0]);
        Assert.Contains(Asked, lines[1], StringComparison.Ordinal);
        Assert.Equal("unpublished", lines[2]);
    }

    private static async Task<string> RunAsync(string program, params string[] arguments)
    {
        await using var installation = Installation.Make(bootstrap: "samples/bootstrap/demo.yaml");
        await using var server = await installation.StartAsync();
        using var alice = server.ClientFor(DemoKey);
        var core = await alice.StartedCoreAsync(Samples.ApprovalAgent);

        return await Child.RunAsync(program, arguments, new Dictionary<string, string>
        {
            ["SCAIGRID_HOST"] = server.Url.GetLeftPart(UriPartial.Authority),
            ["SCAIGRID_API_KEY"] = DemoKey,
            ["CORE_ID"] = core,
        });
    }
}
