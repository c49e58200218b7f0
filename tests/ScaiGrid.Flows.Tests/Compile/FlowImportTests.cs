using ScaiGrid.Flows.Compile;
using ScaiGrid.Flows.Graph;
using ScaiGrid.Flows.Language;
using ScaiGrid.Flows.Manifests;
using ScaiGrid.Flows.Tests.Graph;

namespace ScaiGrid.Flows.Tests.Compile;

public class FlowImportTests
{
    private const string Every = """
        core:
          name: Everything
          description: One of each.
          mode: entity
          entity_key: id
          identity: { persona: Careful }
          model: openai/gpt/4
          plugins: [ { alias: drive, endpoint: plugin://drive } ]
          scaiqueue: { scope: ops }
          variables: [ { name: n, type: int } ]
          flows:
            - name: main
              trigger: { type: webhook, path: /in }
              steps:
                - { id: free, llm_turn: Ask., role: primary, output: { a: int }, input: { x: "{{input.x}}" }, result: answer }
                - { id: strict, llm_turn: Ask., guard: answer.a > 1, validate: output.length > 0, on_validation_failure: [ { rigid: no } ] }
                - { rigid: "Hello" }
                - { id: put, queue_publish: { queue: q, message_type: m, payload: { a: 1 }, priority: high, reason: why } }
                - { id: take, queue_consume: { queue: q, timeout: 1m } }
                - { id: call, plugin_call: { alias: drive, method: find, args: { q: "{{answer.a}}" } } }
                - { id: get, http_call: { url: "https://example.com" } }
                - { id: sub, core_call: { target: core://acme/other, input: { a: 1 } } }
                - { id: ask, checkpoint: { prompt: Go on? }, meta: { node_label: "Ask them" } }
                - { id: form, checkpoint: { type: hitl_review, queue: reviews, sections: [ { kind: context } ] } }
            - name: other
              trigger: { type: schedule, cron: "0 0 * * *" }
              steps: [ { id: free, rigid: again } ]
        """;

    [Fact]
    public void What_a_step_tells_is_a_setting_of_its_node_and_compiled_back()
    {
        const string Telling = """
            core:
              name: Telling
              flows:
                - name: main
                  steps:
                    - { id: ship, rigid: "Shipped", emit: { event: order.shipped, payload: { to: "{{input.name}}" } } }
                    - { id: end, rigid: "Done" }
            """;
        var imported = FlowImport.Import(Telling);
        Assert.True(imported.Succeeded(out var content), string.Join('\n', imported.Diagnostics));

        Assert.True(FlowCompiler.Compile(content.Value).Succeeded(out var compiled));

        var steps = compiled.Manifest.Source["core"]["flows"].Items[0]["steps"].Items;
        Assert.Equal("""{"event":"order.shipped","payload":{"to":"{{input.name}}"}}""", steps[0]["emit"].ToJson());
        Assert.True(steps[1]["emit"].IsNull);
    }

    [Fact]
    public void Every_step_becomes_the_node_that_it_would_be_compiled_from()
    {
        var graph = Read(Every);

        Assert.Equal(
            [
                (NodeKind.EntryWebhook, "entry"), (NodeKind.LlmFlexible, "free"), (NodeKind.LlmGuarded, "strict"), (NodeKind.LlmRigid, "steps_2"),
                (NodeKind.QueuePublish, "put"), (NodeKind.QueueConsume, "take"), (NodeKind.ToolPlugin, "call"), (NodeKind.ToolHttp, "get"),
                (NodeKind.SubflowCall, "sub"), (NodeKind.Checkpoint, "ask"), (NodeKind.HitlReview, "form"),
                (NodeKind.EntrySchedule, "entry_2"), (NodeKind.LlmRigid, "free_2"),
            ],
            graph.Nodes.Select(node => (node.Kind, node.Id)));
        Assert.Equal(Enumerable.Range(0, 13).Select(i => (Value)(i * 120)), graph.Nodes.Select(node => node.Source["position"]["y"]));
        Assert.Equal(["answer", "ask", "free"], new[] { 1, 9, 12 }.Select(i => graph.Nodes[i].Binding));
        Assert.Equal(("Everything", "Careful", "entity", "id", "ops"), (graph.Name, graph.Config.Persona, graph.Config.Mode, graph.Config.EntityKey, graph.Config.QueueScope));
        Assert.Equal(("primary", "openai", "gpt/4"), (graph.Config.Models[0].Role, graph.Config.Models[0].Ref, graph.Config.Models[0].Model));
        Assert.Equal("One of each.", graph.Metadata["description"].AsString());
    }

    [Fact]
    public void What_is_drawn_compiles_to_the_steps_it_was_drawn_from()
    {
        var before = Every;
        Assert.True(FlowImport.Import(before).Succeeded(out var content));
        var compilation = FlowCompiler.Compile(content.Value);
        Assert.True(compilation.Succeeded(out var flow), string.Join('\n', compilation.Diagnostics));

        var (was, now) = (ManifestReader.Read(before).Manifest!, flow.Manifest);
        Assert.Equal([("everything", TriggerType.Webhook), ("other", TriggerType.Schedule)], now.Flows.Select(f => (f.Name, f.Trigger.Type)));
        Assert.Equal(was.Flows.SelectMany(f => f.Steps).Select(s => (s.Head.Kind, s.Head.Result)), now.Flows.SelectMany(f => f.Steps).Select(s => (s.Head.Kind, s.Head.Result)));
        var put = Assert.IsType<QueuePublishStep>(now.Flows[0].Steps[3]);
        Assert.Equal(("q", "ops", CheckpointPriority.High), (put.Queue, put.Scope, put.Priority));
    }

    [Fact]
    public void A_step_that_no_node_stands_for_is_kept_and_passed_over()
    {
        var imported = FlowImport.Import("""
            core:
              name: later
              flows:
                - steps:
                    - { id: a, rigid: a, next: b }
                    - { id: b, teleport: { to: mars } }
                    - { id: c, foreach: { in: "[1]", steps: [ { id: d, conjure: 1 }, { id: e, rigid: e } ] } }
            """);

        Assert.Equal(["FL312 core.flows[0].steps[1]", "FL312 core.flows[0].steps[2].foreach.steps[0]"], imported.Diagnostics.Select(d => $"{d.Code} {d.Path}"));
        var graph = FlowReader.Read(imported.Content!.Value).Graph!;
        Assert.Equal(["entry", "a", "c", "e"], graph.Nodes.Select(node => node.Id));
        Assert.Equal(["a→c", "c→e", "entry→a"], graph.Edges.Select(edge => $"{edge.Source.Node}→{edge.Target.Node}").Order(StringComparer.Ordinal));
        Assert.Equal("mars", graph.Metadata["unknown_steps"].Items[0]["teleport"]["to"].AsString());
        Assert.Equal(2, graph.Metadata["unknown_steps"].Items.Count);
    }

    [Theory]
    [InlineData("rigid: \"Hello {{name}}\"", "rigid: \"Goodbye {{name}}\"")]
    [InlineData("name: greeter", "name: somebody-else")]
    [InlineData("node_label: Greet", "node_label: Salute")]
    public void What_was_changed_by_hand_is_told(string was, string now)
    {
        var yaml = Compiled().Yaml;
        Assert.Contains(was, yaml, StringComparison.Ordinal);
        var imported = FlowImport.Import(yaml.Replace(was, now, StringComparison.Ordinal));

        Assert.Equal(["FL311 core"], imported.Diagnostics.Select(d => $"{d.Code} {d.Path}"));
        Assert.All(imported.Diagnostics, d => Assert.Equal(Severity.Warning, d.Severity));
        Assert.Equal(2, imported.Content!.Value["nodes"].Items.Count);
    }

    [Fact]
    public void What_a_step_says_of_its_node_counts()
    {
        var imported = FlowImport.Import(Compiled().Yaml.Replace("node_label: Greet", "node_label: Salute", StringComparison.Ordinal));

        Assert.Equal("Salute", imported.Content!.Value["nodes"].Items[1]["label"].AsString());
    }

    [Fact]
    public void A_step_that_was_added_to_a_compiled_manifest_is_kept()
    {
        var yaml = Compiled().Yaml.Replace("      steps:\n", "      steps:\n        - { id: mine, rigid: mine }\n", StringComparison.Ordinal);
        var imported = FlowImport.Import(yaml);

        Assert.Equal(["FL312 core.flows[0].steps[0]", "FL311 core"], imported.Diagnostics.Select(d => $"{d.Code} {d.Path}"));
        Assert.Equal("mine", imported.Content!.Value["metadata"]["unknown_steps"].Items[0]["rigid"].AsString());
    }

    [Theory]
    [InlineData("", "MF002")]
    [InlineData("a: [", "MF002")]
    [InlineData("a: &x 1", "MF003")]
    [InlineData("7", "FL313")]
    [InlineData("core: 7", "FL313")]
    [InlineData("core: { flows: [] }", "FL313")]
    [InlineData("core: { flows: [ { name: a } ] }", "FL313")]
    [InlineData("core: { flows: [ { steps: 1 } ] }", "FL313")]
    public void What_is_no_manifest_is_refused(string text, string code)
    {
        var imported = FlowImport.Import(text);

        Assert.False(imported.Succeeded(out _));
        Assert.Equal([code], imported.Diagnostics.Select(d => d.Code));
    }

    [Theory]
    [InlineData("core: { flows: [ { steps: [ 1, null, [], { meta: 3 }, { rigid: a, next: 7 }, { decision: [ 1, { when: x, next: nowhere } ] } ] } ] }")]
    [InlineData("core: { name: [], model: 7, identity: x, variables: 1, flows: [ { trigger: 3, name: {}, steps: [ { parallel: { branches: [ 1, { name: 2, steps: 3 } ] } } ] } ] }")]
    [InlineData("core: { flows: [ { steps: [ { foreach: {} }, { while: { steps: { a: 1 } } }, { id: 'a b', llm_turn: x, role: 3 } ] } ], scaiflow_meta: { models: [ 1 ], graph: 1 } }")]
    [InlineData("core: { flows: [ { steps: [ { rigid: a, meta: { node_id: a } } ] } ], scaiflow_meta: { source_id: 1, models: {}, graph: { nodes: [ 1, { id: a }, { id: 2 }, {} ], config: 3 } } }")]
    public void Nonsense_is_imported_as_far_as_it_goes(string text)
    {
        var imported = FlowImport.Import(text);

        Assert.True(imported.Succeeded(out var content));
        Assert.NotEqual(Value.Null, content.Value["nodes"]);
        Assert.NotEmpty(FlowCompiler.Compile(content.Value).Diagnostics);
    }

    private static FlowGraph Read(string yaml)
    {
        var imported = FlowImport.Import(yaml);
        Assert.Empty(imported.Diagnostics);
        return Reading.Valid(imported.Content!.Value);
    }

    private static CompiledFlow Compiled()
    {
        var content = Value.FromJson("""
            {"id": "flow_1", "name": "Greeter", "version": "1.0.0", "nodes": [
              {"id": "start", "type": "entry_api"}, {"id": "hello", "type": "llm_rigid", "label": "Greet", "config": {"template": "Hello {{name}}"}}],
             "edges": [{"id": "e", "type": "sequential", "source": {"node": "start", "port": "out_request"}, "target": {"node": "hello", "port": "in"}}]}
            """);
        Assert.True(FlowCompiler.Compile(content).Succeeded(out var flow));
        return flow;
    }
}
