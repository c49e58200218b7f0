using System.Net;
using System.Text.Json;
using System.Text.Json.Nodes;
using ScaiGrid.Server.Tests.Host;

namespace ScaiGrid.Server.Tests.Flows;

/// <summary>Flows for tests, and the calls of their API: bare resources, errors under <c>detail</c>.</summary>
internal static class TestFlows
{
    public const string Base = "/api/v1/flows";

    /// <summary>A flow that says what it is told.</summary>
    public static JsonObject Echo(string says = "You said: {{input.message}}") => JsonNode.Parse($$$"""
        {
          "id": "flow_mine", "name": "Echo", "version": "1.0.0", "scaicore_target": "0.2", "my_own": { "kept": [1, 2.50, null] },
          "nodes": [
            { "id": "node_in", "type": "entry_api", "label": "In", "position": { "x": 0, "y": 0 }, "config": {}, "inputs": [], "outputs": [{ "id": "out", "label": "out", "type": "object" }] },
            { "id": "node_say", "type": "llm_rigid", "label": "Say", "position": { "x": 1, "y": 0 }, "config": { "template": {{{JsonSerializer.Serialize(says)}}} },
              "inputs": [{ "id": "in", "label": "in", "type": "object" }], "outputs": [{ "id": "out", "label": "out", "type": "string" }] }
          ],
          "edges": [{ "id": "edge_1", "type": "sequential", "source": { "node": "node_in", "port": "out" }, "target": { "node": "node_say", "port": "in" } }],
          "config": { "core_identity": { "name": "Echo", "persona": "A friendly echo", "models": [] } }
        }
        """)!.AsObject();

    /// <summary>A flow that says what its two variables hold after those assignments.</summary>
    public static JsonObject Assigning(string assignments)
    {
        var flow = Echo("{{first}}/{{second}}");
        flow["nodes"]!.AsArray().Insert(1, JsonNode.Parse($$"""
            { "id": "node_set", "type": "data_variable_set", "label": "Set", "position": { "x": 0, "y": 0 }, "config": { "assignments": {{assignments}} },
              "inputs": [{ "id": "in", "label": "in", "type": "object" }], "outputs": [{ "id": "out", "label": "out", "type": "object" }] }
            """));
        flow["variables"] = JsonNode.Parse("""[{ "name": "second", "type": "string?" }, { "name": "first", "type": "string?" }]""");
        flow["edges"] = JsonNode.Parse("""
            [{ "id": "edge_1", "type": "sequential", "source": { "node": "node_in", "port": "out" }, "target": { "node": "node_set", "port": "in" } },
             { "id": "edge_2", "type": "sequential", "source": { "node": "node_set", "port": "out" }, "target": { "node": "node_say", "port": "in" } }]
            """);
        return flow;
    }

    /// <summary>A flow that asks a person, and then says what they decided.</summary>
    public static JsonObject Approval(string says)
    {
        var flow = Echo($"{says}: {{{{decision}}}}");
        flow["nodes"]!.AsArray().Insert(1, JsonNode.Parse("""
            { "id": "node_ask", "type": "checkpoint", "label": "Ask", "position": { "x": 0, "y": 0 },
              "config": { "type": "approval", "prompt": "Approve?", "options": ["approve", "reject"], "result_binding": "decision" },
              "inputs": [{ "id": "in", "label": "in", "type": "object" }], "outputs": [{ "id": "out", "label": "out", "type": "string" }] }
            """));
        flow["edges"] = JsonNode.Parse("""
            [{ "id": "edge_1", "type": "sequential", "source": { "node": "node_in", "port": "out" }, "target": { "node": "node_ask", "port": "in" } },
             { "id": "edge_2", "type": "sequential", "source": { "node": "node_ask", "port": "out" }, "target": { "node": "node_say", "port": "in" } }]
            """);
        return flow;
    }

    /// <summary>A flow that needs of each kind of thing one that is there, or need not be, and one that is not.</summary>
    public static JsonObject Needing()
    {
        var flow = Echo();
        var nodes = flow["nodes"]!.AsArray();
        var edges = flow["edges"]!.AsArray();
        edges.Clear();
        foreach (var (id, type, config) in new[]
        {
            ("crm", "tool_plugin", """{ "alias": "crm", "method": "find" }"""),
            ("ledger", "tool_plugin", """{ "alias": "ledger", "method": "pay" }"""),
            ("queue", "queue_publish", """{ "queue": "tickets", "payload": {} }"""),
            ("other", "subflow_call", """{ "target": "core://acme/billing" }"""),
        })
        {
            nodes.Insert(nodes.Count - 1, JsonNode.Parse($$"""
                { "id": "node_{{id}}", "type": "{{type}}", "label": "{{id}}", "position": { "x": 0, "y": 0 }, "config": {{config}},
                  "inputs": [{ "id": "in", "label": "in", "type": "object" }], "outputs": [{ "id": "out", "label": "out", "type": "object" }] }
                """));
        }

        foreach (var (from, to) in nodes.Zip(nodes.Skip(1)))
        {
            edges.Add(JsonNode.Parse($$"""
                { "id": "edge_{{edges.Count}}", "type": "sequential", "source": { "node": {{from!["id"]!.ToJsonString()}}, "port": "out" }, "target": { "node": {{to!["id"]!.ToJsonString()}}, "port": "in" } }
                """));
        }

        flow["config"]!["plugins"] = JsonNode.Parse("""[{ "alias": "crm" }, { "alias": "ledger", "endpoint": "https://ledger.example/" }]""");
        flow["config"]!["core_identity"]!["models"] = JsonNode.Parse("""[{ "role": "primary", "ref": "scaigrid", "model": "no/such-model" }, { "role": "other", "ref": "openai", "model": "gpt-4o" }]""");
        return flow;
    }

    extension(HttpClient http)
    {
        /// <summary>The answer, which must have that status.</summary>
        public async Task<JsonElement> BareAsync(HttpMethod method, string path, object? body = null, HttpStatusCode status = HttpStatusCode.OK)
        {
            var (actual, answer) = await http.SendAsync(method, path, body);
            Assert.True(status == actual, $"{method} {path}: {(int)actual} {answer}");
            return answer;
        }

        /// <summary>The <c>detail</c> of an answer that must be that refusal.</summary>
        public async Task<JsonElement> DeniedAsync(HttpMethod method, string path, object? body, HttpStatusCode status, string code)
        {
            var (actual, answer) = await http.SendAsync(method, path, body);
            Assert.True(status == actual, $"{method} {path}: {(int)actual} {answer}");
            var detail = answer.GetProperty("detail");
            Assert.Equal(code, detail.Text("error"));
            Assert.NotEqual("", detail.Text("message"));
            return detail;
        }

        public Task<JsonElement> NewFlowAsync(string name = "Echo", JsonObject? content = null) =>
            http.BareAsync(HttpMethod.Post, Base, new { name, content = content ?? Echo() }, HttpStatusCode.Created);

        public Task<JsonElement> GetFlowAsync(string id) => http.BareAsync(HttpMethod.Get, $"{Base}/{id}");

        public Task<JsonElement> SaveAsync(string id, JsonObject content) => http.BareAsync(HttpMethod.Put, $"{Base}/{id}", new { content });

        public Task<JsonElement> DeployAsync(string id, object? body = null) => http.BareAsync(HttpMethod.Post, $"{Base}/{id}/deploy", body);

        public Task<JsonElement> GrantAsync(string flow, string type, string principal, string level) =>
            http.BareAsync(HttpMethod.Post, $"{Base}/{flow}/acls", new { principal_type = type, principal_id = principal, level }, HttpStatusCode.Created);

        public async Task<string> ETagAsync(string path)
        {
            using var response = await http.GetAsync(new Uri(path, UriKind.Relative), TestContext.Current.CancellationToken);
            return response.Headers.ETag!.ToString();
        }
    }

    extension(JsonElement detail)
    {
        /// <summary>The fields that a refusal complains about.</summary>
        public IEnumerable<string?> Fields => detail.GetProperty("errors").EnumerateArray().Select(e => e.Text("field"));
    }
}
