using System.Net;
using System.Text.Json;
using System.Text.Json.Nodes;
using ScaiGrid.Server.Tests.Cores;
using ScaiGrid.Server.Tests.Host;
using ScaiGrid.Server.Tests.Runs;
using ScaiGrid.Server.Tests.SignIn;
using static ScaiGrid.Server.Tests.Flows.TestFlows;

namespace ScaiGrid.Server.Tests.Flows;

/// <summary>The flows in <c>samples/flows</c>, taken by the company of <c>samples/bootstrap/demo.yaml</c> all the way to a model that answers.</summary>
public sealed class SampleFlowTests(SampleFlowTests.Company acme) : IClassFixture<SampleFlowTests.Company>
{
    /// <summary>What is said to each sample, and what it answers.</summary>
    private static readonly Dictionary<string, (string Message, string Reply)> Talks = new()
    {
        ["customer-support"] = ("Where is my parcel?", "Thank you for your message. Your parcel is on its way."),
        ["expense-approval"] = ("Taxi", "Which amount is it?"),
        ["multi-model-writer"] = ("bees", "On bees: You said: "),
        ["nightly-digest"] = ("anything", "Nothing happened."),
    };

    public static TheoryData<string> Samples =>
        [.. Directory.GetFiles(Path.Combine(Golden.Root, "samples/flows"), "*.flow.json").Select(file => Path.GetFileName(file).Replace(".flow.json", "", StringComparison.Ordinal)).Order(StringComparer.Ordinal)];

    [Theory]
    [MemberData(nameof(Samples))]
    public async Task A_sample_is_saved_tested_shared_deployed_and_answers(string sample)
    {
        var content = Read(sample);
        Assert.Empty((await acme.Author.BareAsync(HttpMethod.Post, $"{Base}/validate", new { content })).GetProperty("diagnostics").EnumerateArray());
        var saved = await acme.Author.NewFlowAsync(sample, content);
        var report = await acme.Author.BareAsync(HttpMethod.Post, $"{Base}/{saved.Text("id")}/run-tests");
        Assert.True(report.GetProperty("passed").GetBoolean(), report.ToString());
        Assert.Equal(content["tests"]!.AsArray().Count, report.GetProperty("total").GetInt32());

        await acme.Author.BareAsync(HttpMethod.Post, "/api/v1/catalog/publish", new { package_id = sample, name = sample, flow_id = saved.Text("id") }, HttpStatusCode.Created);
        var installed = await acme.Operator.BareAsync(HttpMethod.Get, $"/api/v1/catalog/{sample}/install");
        Assert.Empty(installed.GetProperty("warnings").EnumerateArray());
        var copy = await acme.Operator.NewFlowAsync(sample, JsonNode.Parse(installed.GetProperty("flow").GetRawText())!.AsObject());
        var deployed = await acme.Operator.DeployAsync(copy.Text("id")!, new { publish_as_model = true, group_ids = new[] { "mg_internal_chat" } });

        var (message, reply) = Talks[sample];
        Assert.StartsWith(reply, (await acme.Client.ChatAsync(deployed.Text("published_slug")!, message)).Reply, StringComparison.Ordinal);
        await BehavesAsItsTestsSayAsync(content, deployed.Text("core_id")!);
    }

    [Fact]
    public async Task A_refund_waits_for_a_person_and_the_next_message_tells_what_they_decided()
    {
        var slug = (await DeployAsync("customer-support", "Refunds")).Text("published_slug")!;

        var waiting = await acme.Client.ChatAsync(slug, "I want my money back");
        Assert.Equal("suspended", waiting.Text("scaicore.status"));
        await acme.Client.ResolveAsync(waiting.Text("scaicore.checkpoint.id"), "approve");
        var run = await acme.Client.RunAsync(waiting.At("scaicore"), "completed");

        Assert.Equal("Your refund is on its way.", run.Text("output.response"));
        var answer = await acme.Client.ChatAsync(slug, "And?", new { execution_id = waiting.Text("scaicore.execution_id") });
        Assert.Equal("Your refund is on its way.", answer.Reply);
    }

    [Fact]
    public async Task A_large_expense_waits_for_a_reviewer()
    {
        var core = (await DeployAsync("expense-approval", "Large expenses")).Text("core_id")!;

        var run = await acme.Client.DataAsync(HttpMethod.Post, $"{TestCores.Base}/cores/{core}/invoke", new { input = new { message = "Flight", amount = 480 } }, HttpStatusCode.Accepted);
        await acme.Client.ResolveAsync(run.At("checkpoints")[0].Text("id"), "approve");

        Assert.Equal("Approved by a reviewer: 480.", (await acme.Client.CompletedAsync(run)).Text("output.response"));
    }

    /// <summary>A test that mocks nothing must come out the same on the deployed Core.</summary>
    private async Task BehavesAsItsTestsSayAsync(JsonObject content, string core)
    {
        foreach (var test in content["tests"]!.AsArray().Where(t => t!["mocks"] is null && t["expect"]!["output"] is not null))
        {
            var run = await acme.Client.PostDataAsync($"{TestCores.Base}/cores/{core}/invoke", new { input = test!["input"] });
            Assert.True(JsonNode.DeepEquals(test["expect"]!["output"], JsonNode.Parse(run.GetProperty("output").GetRawText())), $"{test["name"]}: {run}");
        }
    }

    /// <param name="name">Of the Core, whose slug is the tenant's only one.</param>
    private async Task<JsonElement> DeployAsync(string sample, string name)
    {
        var content = Read(sample);
        content["config"]!["core_identity"]!["name"] = name;
        return await acme.Operator.DeployAsync((await acme.Operator.NewFlowAsync(name, content)).Text("id")!, new { publish_as_model = true });
    }

    private static JsonObject Read(string sample) => JsonNode.Parse(Golden.Read($"samples/flows/{sample}.flow.json"))!.AsObject();

    /// <summary>The sample company, its two programs, and the key of its administrator.</summary>
    public sealed class Company : IAsyncLifetime
    {
        private readonly TestServer _server = new(new() { ["Bootstrap:File"] = Path.Combine(Golden.Root, "samples/bootstrap/demo.yaml") });

        internal HttpClient Author { get; private set; } = null!;

        internal HttpClient Operator { get; private set; } = null!;

        internal HttpClient Client { get; private set; } = null!;

        public async ValueTask InitializeAsync()
        {
            Client = _server.ClientWith("sgk_DEMO-KEY-FOR-LOCAL-TRIALS-ONLY-000000000000");
            (Author, Operator) = (await SignInAsync("acme-build"), await SignInAsync("acme-ops"));
        }

        public ValueTask DisposeAsync() => _server.DisposeAsync();

        private async Task<HttpClient> SignInAsync(string program)
        {
            using var http = _server.CreateClient();
            using var form = new FormUrlEncodedContent([new("grant_type", "client_credentials"), new("client_id", program), new("client_secret", $"{program}-demo-secret")]);
            using var answer = await http.PostAsync(new Uri("/auth/token", UriKind.Relative), form);
            return _server.ClientWith(JsonDocument.Parse(await answer.Content.ReadAsStringAsync()).RootElement.Text("access_token")!);
        }
    }
}
