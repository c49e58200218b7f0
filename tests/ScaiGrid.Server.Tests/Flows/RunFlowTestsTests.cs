using System.Net;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.EntityFrameworkCore;
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

    [Theory]
    [InlineData("tool_plugin", """{ "alias": "ledger", "method": "pay" }""", "plugin_call_failed")]
    [InlineData("tool_http", """{ "url": "https://mail.example/" }""", "http_call_failed")]
    [InlineData("queue_publish", """{ "queue": "bills", "payload": {} }""", "queue_publish_failed")]
    [InlineData("queue_consume", """{ "queue": "bills" }""", "queue_consume_failed")]
    [InlineData("subflow_call", """{ "target": "core://acme/billing" }""", "core_call_failed")]
    public async Task Whatever_calls_the_outside_answers_fails_and_misses_its_mock_alike(string type, string config, string failed)
    {
        var acme = await world.NewTenantAsync();
        var flow = Approval("said");
        flow["nodes"]![1] = JsonNode.Parse($$"""
            { "id": "node_call", "type": "{{type}}", "label": "Call", "position": { "x": 0, "y": 0 }, "config": {{config}},
              "inputs": [{ "id": "in", "label": "in", "type": "object" }], "outputs": [{ "id": "out", "label": "out", "type": "object" }] }
            """);
        flow["nodes"]![2]!["config"]!["template"] = "{{call.answer}}";
        foreach (var edge in flow["edges"]!.AsArray())
        {
            edge![edge["source"]!["node"]!.GetValue<string>() == "node_ask" ? "source" : "target"]!["node"] = "node_call";
        }

        flow["edges"]![1]!["target"]!["node"] = "node_say";

        var report = await RunAsync(flow, $$"""
            [{ "name": "answers", "input": {}, "mocks": { "Call": { "answer": "42" } }, "expect": { "output": "42", "visits": ["node_call", "node_say"] } },
             { "name": "fails", "input": {}, "mocks": { "node_call": { "error": { "code": "down", "message": "It is down." } } }, "expect": { "error": "{{failed}}", "visits": ["node_call"] } },
             { "name": "misses", "input": {}, "expect": { "error": "{{failed}}" } }]
            """, acme);

        Assert.Equal([true, true, false], report.GetProperty("results").EnumerateArray().Select(r => r.GetProperty("passed").GetBoolean()));
        Assert.Equal(["The node 'node_call' calls something outside and has no mock."], report.GetProperty("results")[2].GetProperty("failures").EnumerateArray().Select(f => f.GetString()));
        Assert.Equal([null, failed, failed], report.GetProperty("results").EnumerateArray().Select(r => r.Text("error")));
        Assert.Equal(0, await world.Server.WithDbAsync(db => db.QueueMessages.CountAsync(m => m.TenantId == acme.Tenant.Id)));
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

    private async Task<JsonElement> RunAsync(JsonObject flow, string tests, TestTenant? acme = null)
    {
        var author = await world.NewAuthorAsync(acme ?? await world.NewTenantAsync());
        flow["tests"] = JsonNode.Parse(tests);
        var id = (await author.Http.NewFlowAsync(content: flow)).Text("id");
        return await author.Http.BareAsync(HttpMethod.Post, $"{Base}/{id}/run-tests");
    }
}
