using System.Net;
using System.Text.Json;
using ScaiGrid.Flows.Language;
using ScaiGrid.Server.Features.Runs;
using ScaiGrid.Server.Tests.Cores;
using ScaiGrid.Server.Tests.Events;
using ScaiGrid.Server.Tests.Host;

namespace ScaiGrid.Server.Tests.Runs;

/// <summary>What each step was given, what came of it, how long it took and what it cost; and what must not be shown of that.</summary>
public sealed class RunTraceTests(World world)
{
    private const string Secret = "s3cr3t \"of\" the vault";

    [Fact]
    public async Task A_model_step_shows_what_was_asked_its_tokens_and_its_cost()
    {
        var acme = await world.NewTenantAsync();
        var admin = await acme.AsAdminAsync();
        await acme.NewScriptedModelAsync("test/bright", """{"default":{"reply":"Paris"}}""");
        var id = await admin.StartedCoreAsync("""
            core:
              name: Atlas
              model: scaigrid/test/bright
              flows: [ { name: ask, steps: [ { id: ask, llm_turn: "Name the capital of {{input.land}}." } ] } ]
            """);

        var run = await admin.PostDataAsync($"{TestCores.Base}/cores/{id}/invoke", new { input = new { land = "France" } });

        var step = Assert.Single(await StepsAsync(admin, run));
        Assert.Equal(("test/bright", 1, "Paris"), (step.Text("input.model"), step.At("input.attempt").GetInt32(), step.Text("result")));
        Assert.Contains("capital of France", step.At("input.messages").ToString(), StringComparison.Ordinal);
        var (prompt, completion) = (step.At("usage.prompt_tokens").GetInt64(), step.At("usage.completion_tokens").GetInt64());
        Assert.Equal(((prompt * 2m) + (completion * 10m)) / 1_000_000m, decimal.Parse(step.Text("usage.cost")!, System.Globalization.CultureInfo.InvariantCulture));
        Assert.Equal(step.Text("usage.cost"), run.Text("usage.cost"));
        Assert.True(step.At("finished_at").GetDateTimeOffset() >= step.At("started_at").GetDateTimeOffset());
    }

    [Fact]
    public async Task A_question_shows_what_was_asked_and_of_whom()
    {
        var admin = await (await world.NewTenantAsync()).AsAdminAsync();
        var id = await admin.StartedCoreAsync(TestCores.Approval);

        var run = await admin.PostDataAsync($"{TestCores.Base}/cores/{id}/invoke", new { input = new { message = "a taxi" } }, HttpStatusCode.Accepted);

        var step = Assert.Single(await StepsAsync(admin, run));
        Assert.Equal(("waiting", "Approve 'a taxi'?", "role:tenant_admin"), (step.Text("status"), step.Text("input.prompt"), step.Text("input.assignee")));
    }

    [Fact]
    public async Task What_a_step_was_given_is_cut_where_it_is_long()
    {
        var admin = await (await world.NewTenantAsync()).AsAdminAsync();
        var id = await admin.StartedCoreAsync(TestCores.Approval);

        var run = await admin.PostDataAsync($"{TestCores.Base}/cores/{id}/invoke", new { input = new { message = new string('x', 50_000) } }, HttpStatusCode.Accepted);

        var step = Assert.Single(await StepsAsync(admin, run));
        Assert.True(step.At("input_truncated").GetBoolean());
        Assert.InRange(step.Text("input.prompt")!.Length, 500, 1100);
    }

    [Fact]
    public async Task Secrets_stand_neither_in_the_trace_nor_in_events_nor_in_an_error()
    {
        var admin = await (await world.NewTenantAsync()).AsAdminAsync();
        var created = await admin.PostDataAsync($"{TestCores.Base}/cores", new
        {
            name = "Leaky",
            environment = new { token = new { type = "secret", value = Secret } },
            source = JsonDocument.Parse("""
                {"core": {"name": "leaky", "flows": [{"name": "leak", "steps": [
                  {"id": "a", "rigid": "key={{config.token}}"},
                  {"id": "ask", "checkpoint": {"prompt": "Use {{config.token}}?", "context": {"k": "{{config.token}}"}}},
                  {"id": "b", "rigid": "{{config.token < 1}}"}]}]}}
                """).RootElement,
        }, HttpStatusCode.Created);
        await admin.PostDataAsync($"{TestCores.Base}/cores/{created.Text("id")}/start");

        var run = await admin.PostDataAsync($"{TestCores.Base}/cores/{created.Text("id")}/invoke", null, HttpStatusCode.Accepted);
        var steps = await admin.GetDataAsync($"{TestCores.Base}/runs/{run.Text("id")}/steps");
        await admin.ResolveAsync(run.At("checkpoints")[0].Text("id"), "approve");
        var failed = await admin.RunBecomesAsync(run, "failed");

        Assert.Equal($"key={SecretMask.Masked}", steps.At("steps")[0].Text("result"));
        Assert.Equal($"Use {SecretMask.Masked}?", steps.At("steps")[1].Text("input.prompt"));
        var told = await admin.GetDataAsync($"{EventSteps.Path}?type=scaicore.runtime.*");
        Assert.All(new[] { steps.ToString(), failed.ToString(), told.ToString() }, text => Assert.DoesNotContain("s3cr3t", text, StringComparison.Ordinal));
        Assert.Contains(SecretMask.Masked, told.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("abc", "abc")] // too short for a secret
    [InlineData("abcd", "••••••••")]
    public void Only_what_is_long_enough_to_be_secret_is_masked(string secret, string shown) =>
        Assert.Equal($"x{shown}y", SecretMask.Of([secret, "", secret]).InText($"x{secret}y"));

    [Fact]
    public void A_secret_that_holds_another_is_masked_whole() =>
        Assert.Equal("••••••••", SecretMask.Of(["token", "token-of-mine"]).InText("token-of-mine"));

    [Theory]
    [InlineData("""{"order":51234,"pin":1234,"say":"my 1234!"}""", """{"order":51234,"pin":"••••••••","say":"my ••••••••!"}""")]
    [InlineData("""[true,null,["1234"],{"1234":0}]""", """[true,null,["••••••••"],{"••••••••":0}]""")]
    public void A_value_stays_one_whatever_is_masked_in_it(string value, string shown) =>
        Assert.Equal(Value.FromJson(shown), SecretMask.Of(["1234", "true", "null"]).In(Value.FromJson(value)));

    private static async Task<List<JsonElement>> StepsAsync(HttpClient admin, JsonElement run) =>
        [.. (await admin.GetDataAsync($"{TestCores.Base}/runs/{run.Text("id")}/steps")).At("steps").EnumerateArray()];
}
