using ScaiGrid.Flows.Compile;
using ScaiGrid.Flows.Language;
using ScaiGrid.Runtime.Testing;

namespace ScaiGrid.Runtime.Tests.Flows;

/// <summary>A flow's own tests: every kind of node that asks something of the world answers as its mock says, and no other way.</summary>
public class FlowTestRunnerTests
{
    private const string
        Plugin = """ "type": "tool_plugin", "config": { "alias": "ledger", "method": "pay", "args": { "amount": "{{amount}}" } } """,
        Http = """ "type": "tool_http", "config": { "method": "POST", "url": "https://mail.example/{{amount}}" } """,
        Publish = """ "type": "queue_publish", "config": { "queue": "bills", "payload": { "amount": "{{amount}}" } } """,
        Escalate = """ "type": "queue_escalation", "config": { "queue": "bills", "reason": "{{amount}}" } """,
        Consume = """ "type": "queue_consume", "config": { "queue": "bills" } """,
        Core = """ "type": "subflow_call", "config": { "target": "core://acme/billing", "input_bindings": { "amount": "{{amount}}" } } """,
        Sandbox = """ "type": "compute_exec", "config": { "command": "echo {{amount}}" } """;

    /// <summary>Nodes that ask the world, and the code that a run fails with when they get no answer.</summary>
    public static TheoryData<string, string> Asking => new()
    {
        { Plugin, "plugin_call_failed" }, { Http, "http_call_failed" }, { Publish, "queue_publish_failed" }, { Escalate, "queue_publish_failed" },
        { Consume, "queue_consume_failed" }, { Core, "core_call_failed" }, { Sandbox, "plugin_call_failed" },
    };

    [Theory]
    [MemberData(nameof(Asking))]
    public async Task A_mock_is_the_nodes_result(string node, string failed)
    {
        var result = await RunAsync(node, """{ "mocks": { "Call": { "value": 42 } }, "expect": { "output": 42, "visits": ["call", "tell"] } }""");

        Assert.True(result.Passed, string.Join('\n', result.Failures));
        Assert.NotEmpty(failed);
    }

    [Theory]
    [MemberData(nameof(Asking))]
    public async Task A_mock_that_is_an_error_fails_the_run_as_the_world_would(string node, string failed)
    {
        var result = await RunAsync(node, $$$"""{ "mocks": { "call": { "error": { "code": "down", "message": "It is down." } } }, "expect": { "error": "{{{failed}}}", "visits": ["call"] } }""");

        Assert.True(result.Passed, string.Join('\n', result.Failures));
        Assert.Equal((RunStatus.Failed, failed), (result.Status, result.Error));
    }

    [Theory]
    [MemberData(nameof(Asking))]
    public async Task A_node_without_a_mock_fails_the_test_whatever_it_expects(string node, string failed)
    {
        var result = await RunAsync(node, $$$"""{ "expect": { "error": "{{{failed}}}" } }""");

        Assert.Equal(["The node 'call' calls something outside and has no mock."], result.Failures);
        Assert.Equal((RunStatus.Failed, failed), (result.Status, result.Error));
    }

    [Theory]
    [InlineData("null", "no bill")]
    [InlineData("[]", "[]")]
    [InlineData("\"\"", "")]
    [InlineData("""{ "error": "as text" }""", """{"error":"as text"}""")] // only an object is an error
    public async Task Whatever_is_written_there_is_a_mock(string mock, string output)
    {
        var result = await RunAsync(Consume, $$"""{ "mocks": { "call": {{mock}} } }""", "{{call == null ? 'no bill' : call}}");

        Assert.True(result.Passed, string.Join('\n', result.Failures));
        Assert.Equal(output, result.Output.ToText());
    }

    [Fact]
    public async Task A_node_in_a_loop_gives_its_mock_at_every_turn_and_misses_it_once()
    {
        const string Loop = """
            { "id": "flow_1", "name": "Bills", "version": "1.0.0",
              "nodes": [ { "id": "start", "type": "entry_api" }, { "id": "each", "type": "logic_loop", "config": { "collection": "bills" } }, { "id": "call", "label": "Call", NODE } ],
              "edges": [ { "id": "e1", "type": "sequential", "source": { "node": "start", "port": "out_request" }, "target": { "node": "each", "port": "in" } },
                         { "id": "e2", "type": "sequential", "source": { "node": "each", "port": "body" }, "target": { "node": "call", "port": "in" } } ],
              "tests": [ TEST ] }
            """;

        var mocked = await RunFlowAsync(Loop, Publish.Replace("{{amount}}", "{{item}}", StringComparison.Ordinal), """{ "name": "t", "input": { "bills": [1, 2] }, "mocks": { "call": "ok" }, "expect": { "output": ["ok", "ok"], "visits": ["each", "call", "call"] } }""");
        var missing = await RunFlowAsync(Loop, Publish.Replace("{{amount}}", "{{item}}", StringComparison.Ordinal), """{ "name": "t", "input": { "bills": [1, 2] }, "expect": { "status": "failed" } }""");

        Assert.True(mocked.Passed, string.Join('\n', mocked.Failures));
        Assert.Equal(["The node 'call' calls something outside and has no mock."], missing.Failures);
    }

    private static Task<FlowTestResult> RunAsync(string node, string test, string tell = "{{call.value}}") => RunFlowAsync($$"""
        { "id": "flow_1", "name": "Bills", "version": "1.0.0",
          "nodes": [ { "id": "start", "type": "entry_api" }, { "id": "call", "label": "Call", NODE }, { "id": "tell", "type": "llm_rigid", "config": { "template": "{{tell}}" } } ],
          "edges": [ { "id": "e1", "type": "sequential", "source": { "node": "start", "port": "out_request" }, "target": { "node": "call", "port": "in" } },
                     { "id": "e2", "type": "sequential", "source": { "node": "call", "port": "out" }, "target": { "node": "tell", "port": "in" } } ],
          "tests": [ TEST ] }
        """, node, $$"""{ "name": "t", "input": { "amount": 7 }, {{test[1..]}}""");

    private static Task<FlowTestResult> RunFlowAsync(string flow, string node, string test)
    {
        var content = Value.FromJson(flow.Replace("NODE", node, StringComparison.Ordinal).Replace("TEST", test, StringComparison.Ordinal));
        var compilation = FlowCompiler.Compile(content);
        Assert.True(compilation.Succeeded(out var compiled), string.Join('\n', compilation.Diagnostics));
        Assert.True(Program.TryLoad(compiled.Manifest, out var program, out _));
        return FlowTestRunner.RunAsync(compiled, program, compiled.Graph.Tests[0], new TestClock(), TestContext.Current.CancellationToken);
    }
}
