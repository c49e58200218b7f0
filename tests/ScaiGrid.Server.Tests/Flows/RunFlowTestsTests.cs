using System.Net;
using System.Text.Json;
using System.Text.Json.Nodes;
using ScaiGrid.Server.Tests.Host;
using static ScaiGrid.Server.Tests.Flows.TestFlows;

namespace ScaiGrid.Server.Tests.Flows;

public sealed class RunFlowTestsTests(OidcWorld world)
{
    [Fact]
    public async Task Each_test_tells_whether_it_passed_and_why_not()
    {
        var report = await RunAsync(Echo(), """
            [{ "name": "says it", "input": { "message": "hi" }, "expect": { "output": "You said: hi", "visits": ["node_say"], "checks": ["output.contains('hi')", "status == 'completed'"] } },
             { "name": "wrong", "input": { "message": "hi" }, "expect": { "output": "hi", "status": "failed", "visits": [], "checks": ["output == 'hi'"] } }]
            """);

        Assert.Equal((false, 2, 1), (report.GetProperty("passed").GetBoolean(), report.GetProperty("total").GetInt32(), report.GetProperty("failed").GetInt32()));
        var (right, wrong) = (report.GetProperty("results")[0], report.GetProperty("results")[1]);
        Assert.Equal((true, "You said: hi", "completed"), (right.GetProperty("passed").GetBoolean(), right.Text("output"), right.Text("status")));
        Assert.Equal(["node_say"], right.GetProperty("visited").EnumerateArray().Select(v => v.GetString()));
        Assert.Equal(4, wrong.GetProperty("failures").GetArrayLength());
    }

    [Fact]
    public async Task People_answer_as_the_mocks_say()
    {
        var report = await RunAsync(Approval("said"), """
            [{ "name": "approved", "input": {}, "mocks": { "Ask": "approve" }, "expect": { "output": "said: approve", "visits": ["node_ask", "node_say"] } },
             { "name": "waits", "input": {}, "expect": { "status": "suspended" } },
             { "name": "no such answer", "input": {}, "mocks": { "node_ask": "perhaps" }, "expect": {} },
             { "name": "no such node", "input": {}, "mocks": { "node_ask": "reject", "gone": 1 }, "expect": {} }]
            """);

        Assert.Equal([true, true, false, false], report.GetProperty("results").EnumerateArray().Select(r => r.GetProperty("passed").GetBoolean()));
        Assert.Contains("gone", report.GetProperty("results")[3].GetProperty("failures")[0].GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Models_and_calls_answer_as_the_mocks_say_and_nothing_real_is_asked()
    {
        var flow = Asking();
        var report = await RunAsync(flow, """
            [{ "name": "answered", "input": { "message": "hi" }, "mocks": { "Think": "deep thought" }, "expect": { "output": "deep thought" } },
             { "name": "not mocked", "input": { "message": "hi" } , "expect": { "status": "failed" } },
             { "name": "failed", "input": { "message": "hi" }, "mocks": { "node_say": { "error": { "code": "down", "message": "gone" } } }, "expect": { "status": "failed" } }]
            """);

        Assert.Equal([true, false, true], report.GetProperty("results").EnumerateArray().Select(r => r.GetProperty("passed").GetBoolean()));
        Assert.Contains("'node_say' asks a model and has no mock", report.GetProperty("results")[1].GetProperty("failures")[0].GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_flow_that_does_not_compile_is_refused_and_so_is_whoever_may_not_deploy_it()
    {
        var acme = await world.NewTenantAsync();
        var (owner, editor) = (await world.NewAuthorAsync(acme), await world.NewAuthorAsync(acme));
        var id = (await owner.Http.NewFlowAsync(content: Echo("{{"))).Text("id")!;
        await owner.Http.GrantAsync(id, "user", editor.Id, "edit");

        await owner.Http.DeniedAsync(HttpMethod.Post, $"{Base}/{id}/run-tests", null, HttpStatusCode.BadRequest, "compile_error");
        await editor.Http.DeniedAsync(HttpMethod.Post, $"{Base}/{id}/run-tests", null, HttpStatusCode.Forbidden, "flow_access_denied");
    }

    [Fact]
    public async Task More_tests_than_are_run_at_once_are_refused()
    {
        var author = await world.NewAuthorAsync(await world.NewTenantAsync());
        var content = Echo();
        content["tests"] = new JsonArray([.. Enumerable.Range(0, 201).Select(n => JsonNode.Parse($$"""{ "name": "t{{n}}", "input": {}, "expect": {} }"""))]);
        var id = (await author.Http.NewFlowAsync(content: content)).Text("id");

        await author.Http.DeniedAsync(HttpMethod.Post, $"{Base}/{id}/run-tests", null, HttpStatusCode.BadRequest, "flow_too_many_tests");
    }

    private static JsonObject Asking()
    {
        var flow = Echo();
        flow["nodes"]![1]!["type"] = "llm_flexible";
        flow["nodes"]![1]!["label"] = "Think";
        flow["nodes"]![1]!["config"] = JsonNode.Parse("""{ "goal": "Think about {{input.message}}" }""");
        flow["config"]!["core_identity"]!["models"] = JsonNode.Parse("""[{ "role": "primary", "ref": "scaigrid", "model": "openai/none" }]""");
        return flow;
    }

    private async Task<JsonElement> RunAsync(JsonObject flow, string tests)
    {
        var author = await world.NewAuthorAsync(await world.NewTenantAsync());
        flow["tests"] = JsonNode.Parse(tests);
        var id = (await author.Http.NewFlowAsync(content: flow)).Text("id");
        return await author.Http.BareAsync(HttpMethod.Post, $"{Base}/{id}/run-tests");
    }
}
