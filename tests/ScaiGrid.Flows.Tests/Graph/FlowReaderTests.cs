using ScaiGrid.Flows.Graph;
using ScaiGrid.Flows.Language;

namespace ScaiGrid.Flows.Tests.Graph;

public class FlowReaderTests
{
    private const string Entry = """{"id": "entry", "type": "entry_api"}""";

    [Fact]
    public void A_whole_flow_reads()
    {
        var content = Reading.Flow(
            """
            {"id": "entry", "type": "entry_api", "label": "API"},
            {"id": "node_1", "type": "llm_flexible", "label": "Classify intent", "position": {"x": 1.5, "y": -2}, "breakpoint": true,
             "config": {"goal": "Classify.", "model": "fast", "budget": {"max_duration": "30s"}, "color": "red"},
             "inputs": [{"id": "in_1"}], "outputs": [{"id": "out_1", "label": "intent", "type": "string"}], "note": 7}
            """,
            """
            {"id": "e1", "type": "sequential", "source": {"node": "entry", "port": "out_request"}, "target": {"node": "node_1", "port": "in_1"}},
            {"id": "e2", "type": "conditional", "source": {"node": "a", "port": "b"}, "target": {"node": "c", "port": "d"}, "condition": true}
            """,
            """
            "metadata": {"author": "eve", "team": "x"},
            "variables": [{"name": "total", "type": "int", "default": 3}],
            "config": {"core_identity": {"name": "Support", "persona": "Kind", "models": [{"role": "fast", "ref": "scaigrid", "model": "openai/gpt-4o", "temperature": 0.5}]},
                       "plugins": [{"alias": "drive"}], "scaiqueue": {"scope": "ops"}, "publish_as_model": true, "model_visibility_group_ids": ["g"]},
            "tests": [{"name": "t", "input": {"a": 1}, "mocks": {"node_1": {"error": {}}}, "expect": {"status": "failed"}}],
            "extra": [1]
            """);

        var graph = Reading.Valid(content);

        Assert.Equal(("flow_1", "Test", "1.0.0", "0.2"), (graph.Id, graph.Name, graph.Version, graph.ScaicoreTarget));
        Assert.Equal(content, graph.Source);
        var node = graph.Nodes[1];
        Assert.Equal((1, "node_1", NodeKind.LlmFlexible, "Classify intent", "classify_intent", "fast"), (node.Index, node.Id, node.Kind, node.Label, node.Binding, node.LlmRole));
        Assert.True(node.Breakpoint);
        Assert.Equal([new Port("out_1", "intent", "string")], node.Outputs);
        Assert.Equal([new Port("in_1", "in_1", "object")], node.Inputs);
        Assert.Equal("red", node.Config["color"].AsString());
        Assert.Equal(7, node.Source["note"]);
        Assert.Equal(new(0, "e1", EdgeType.Sequential, new("entry", "out_request"), new("node_1", "in_1"), null), graph.Edges[0]);
        Assert.Equal("true", graph.Edges[1].Condition);
        Assert.Equal(("Support", "Kind", "stateless", "ops", true), (graph.Config.CoreName, graph.Config.Persona, graph.Config.Mode, graph.Config.QueueScope, graph.Config.PublishAsModel));
        Assert.Equal(("fast", "scaigrid", "openai/gpt-4o"), (graph.Config.Models[0].Role, graph.Config.Models[0].Ref, graph.Config.Models[0].Model));
        Assert.Equal([new FlowPlugin("drive", "plugin://drive")], graph.Config.Plugins);
        Assert.Equal(new("total", "int", 3), graph.Variables[0]);
        Assert.Equal(("t", "failed"), (graph.Tests[0].Name, graph.Tests[0].Expect["status"].AsString()));
        Assert.Equal("x", graph.Metadata["team"].AsString());
    }

    [Fact]
    public void A_node_has_the_ports_and_the_defaults_of_its_kind()
    {
        var entry = Reading.Node("""{"id": "e", "type": "entry_webhook", "inputs": [{"id": "x"}]}""");
        Assert.Empty(entry.Inputs);
        Assert.Equal("out_event", Assert.Single(entry.Outputs).Id);
        Assert.Equal(("POST", "/"), (entry["method"].AsString(), entry["path"].AsString()));

        var loop = Reading.Node("""{"id": "l", "type": "logic_loop", "config": {"item": null}}""");
        Assert.Equal(["body", "done"], loop.Outputs.Select(port => port.Id));
        Assert.Equal("in", Assert.Single(loop.Inputs).Id);
        Assert.Equal(("foreach", "item"), (loop["style"].AsString(), loop["item"].AsString()));
        Assert.Equal(Value.Null, loop["collection"]);
    }

    [Theory]
    [InlineData("Classify intent", "classify_intent")]
    [InlineData("ClassifyIntent2Go", "classify_intent2_go")]
    [InlineData("KBSearch", "kb_search")]
    [InlineData("  Ask — again? ", "ask_again")]
    [InlineData("Input", "node_1")]
    [InlineData("Prüfung", "node_1")]
    [InlineData("2nd try", "node_1")]
    [InlineData("!", "node_1")]
    public void A_result_is_bound_to_the_label_when_expressions_can_say_it(string label, string binding) =>
        Assert.Equal(binding, Reading.Node($$"""{"id": "node-1", "type": "checkpoint", "label": "{{label}}"}""").Binding);

    [Fact]
    public void The_name_that_the_author_gives_comes_first() =>
        Assert.Equal("answer", Reading.Node("""{"id": "n", "type": "checkpoint", "label": "Ask", "config": {"result_binding": "answer"}}""").Binding);

    [Theory]
    [InlineData("null", "FL002")]
    [InlineData("{}", "FL001", "FL001", "FL001", "FL001", "FL001")]
    [InlineData("""{"id": "a b", "name": "", "version": "1.0", "nodes": {}, "edges": null}""", "FL002 edges", "FL007 id", "FL005 name", "FL002 nodes", "FL007 version")]
    public void What_is_no_flow_is_refused(string json, params string[] faults) => Assert.Equal(faults, Reading.Faults(Value.FromJson(json)));

    [Theory]
    [InlineData("7", "FL002 nodes[1]")]
    [InlineData("""{"id": "n"}""", "FL001 nodes[1]")]
    [InlineData("""{"id": "n", "type": "llm_adaptive"}""", "FL003 nodes[1].type")]
    [InlineData("""{"id": "n", "type": "llm_rigid"}""", "FL001 nodes[1]")]
    [InlineData("""{"id": "n", "type": "llm_rigid", "config": {}}""", "FL001 nodes[1].config")]
    [InlineData("""{"id": "n", "type": "checkpoint", "breakpoint": "yes"}""", "FL002 nodes[1].breakpoint")]
    [InlineData("""{"id": "n", "type": "checkpoint", "inputs": [{"id": "in"}, {}]}""", "FL001 nodes[1].inputs[1]")]
    [InlineData("""{"id": "n", "type": "logic_loop", "config": {"max_iterations": 0}}""", "FL004 nodes[1].config.max_iterations")]
    [InlineData("""{"id": "n", "type": "logic_loop", "config": {"max_iterations": 1.5}}""", "FL002 nodes[1].config.max_iterations")]
    [InlineData("""{"id": "n", "type": "logic_loop", "config": {"max_iterations": 1e300}}""", "FL004 nodes[1].config.max_iterations")]
    [InlineData("""{"id": "n", "type": "data_variable_set", "config": {"assignments": {"a b": 1}}}""", "FL007 nodes[1].config.assignments.a b")]
    [InlineData("""{"id": "n", "type": "llm_guarded", "config": {"goal": "g", "validate": ["a", {}], "on_validation_failure": []}}""",
        "FL006 nodes[1].config.on_validation_failure", "FL002 nodes[1].config.validate[1]")]
    [InlineData("""{"id": "n", "type": "compute_exec", "config": {"command": ["a", 1], "timeout_s": 0}}""", "FL002 nodes[1].config.command[1]", "FL004 nodes[1].config.timeout_s")]
    [InlineData("""{"id": "n", "type": "subflow_call", "config": {"target": "acme/x"}}""", "FL007 nodes[1].config.target")]
    public void A_fault_of_a_node_names_its_place(string node, params string[] faults) => Assert.Equal(faults, Reading.Faults(Reading.Flow($"{Entry}, {node}")));

    [Fact]
    public void A_fault_names_the_node_or_the_edge_it_is_in()
    {
        var diagnostics = FlowReader.Read(Reading.Flow(
            """{"id": "n", "type": "llm_rigid", "config": {"template": 1}}""",
            """{"id": "e", "type": "conditional", "source": {"node": "n"}, "target": {"node": "n", "port": "in"}}""")).Diagnostics;

        Assert.Equal(
            [
                new(Severity.Error, "FL001", "'condition' is required.", "edges[0]", EdgeId: "e"),
                new(Severity.Error, "FL001", "'port' is required.", "edges[0].source", EdgeId: "e"),
                new(Severity.Error, "FL002", "Must be text, not a number.", "nodes[0].config.template", NodeId: "n"),
            ],
            diagnostics);
    }

    [Fact]
    public void A_thousand_faults_are_told_in_order_and_the_rest_counted()
    {
        var diagnostics = FlowReader.Read(Reading.Flow(string.Join(',', Enumerable.Repeat("{}", 700)))).Diagnostics;

        Assert.Equal(1001, diagnostics.Count);
        Assert.Equal("nodes[10]", diagnostics[20].Path);
        Assert.Equal((FlowCodes.More, "There are 400 more faults."), (diagnostics[^1].Code, diagnostics[^1].Message));
    }

    [Fact]
    public void A_flow_that_nests_too_deep_is_refused()
    {
        Assert.Empty(Reading.Faults(Deep(FlowReader.MostLevels - 1)));
        Assert.Equal(["FL008"], Reading.Faults(Deep(FlowReader.MostLevels)));

        static Value Deep(int lists) => Reading.Flow("", more: $"\"x\": {new string('[', lists)}{new string(']', lists)}");
    }
}
