using ScaiGrid.Flows.Language;
using ScaiGrid.Flows.Manifests;

namespace ScaiGrid.Flows.Tests.Manifests;

public class ManifestReaderTests
{
    private const string Whole = """
        core:
          name: support
          mode: entity
          entity_key: customer_id
          runtime_version: 0.2
          identity: { provider: scaikey, persona: Agent }
          model: scaigrid/openai/gpt-4o
          plugins: [ { alias: drive, endpoint: plugin://drive } ]
          capabilities: [ { bunker: { image: python } } ]
          variables: [ { name: count, type: int, default: 3 } ]
          flows:
            - name: main
              trigger: { type: schedule, cron: "0 * * * *", timezone: UTC }
              steps: [ { id: a, rigid: hi, next: null, meta: { node_id: node_a, node_kind: llm_rigid } } ]
            - { name: second, steps: [ { rigid: there } ] }
          scaiflow_meta:
            source_id: flow_1
            publish_as_model: true
            models: [ { role: fast, ref: scaigrid, model: m, temperature: 0.3, system_context: Be, fallback: [ openai/x, { ref: a, model: b } ] } ]
        """;

    [Fact]
    public void A_whole_manifest_reads()
    {
        var manifest = Reading.Valid(Whole);

        Assert.Equal(("support", InstanceMode.Entity, "customer_id", "0.2"), (manifest.Name, manifest.Mode, manifest.EntityKey, manifest.RuntimeVersion));
        Assert.Equal(new Identity("scaikey", "Agent"), manifest.Identity);
        Assert.Equal([new PluginBinding("drive", "plugin://drive")], manifest.Plugins);
        Assert.Equal(("count", 3), (manifest.Variables[0].Name, manifest.Variables[0].Default));
        Assert.Equal(["main", "second"], manifest.Flows.Select(f => f.Name));
        Assert.Equal((TriggerType.Schedule, "UTC"), (manifest.Flows[0].Trigger.Type, manifest.Flows[0].Trigger.Settings["timezone"].AsString()));
        Assert.Equal(TriggerType.Api, manifest.Flows[1].Trigger.Type);
        Assert.True(manifest.Meta["publish_as_model"].IsTruthy);
        Assert.Equal("python", manifest.Source["core"]["capabilities"].Items[0]["bunker"]["image"].AsString());
    }

    [Fact]
    public void Programs_whose_assignments_are_made_in_another_order_have_other_digests()
    {
        var (first, second) = (Reading.Valid(Reading.WithSteps("- set: { a: 1, b: a }")), Reading.Valid(Reading.WithSteps("- set: { b: a, a: 1 }")));

        Assert.NotEqual(first.Digest, second.Digest);
        Assert.Equal(first.Digest, Reading.Valid(first.Source.ToJson()).Digest);
    }

    [Fact]
    public void The_registry_comes_first_and_the_single_model_is_primary_after_it()
    {
        var models = Reading.Valid(Whole).Models;

        Assert.Equal(["fast", "primary"], models.Select(m => m.Role));
        Assert.Equal(("scaigrid", "m", 0.3m, "Be"), (models[0].Ref, models[0].Model, models[0].Temperature, models[0].SystemContext));
        Assert.Equal([new("openai", "x"), new("a", "b")], models[0].Fallback);
        Assert.Equal(("scaigrid", "openai/gpt-4o"), (models[1].Ref, models[1].Model));
    }

    [Fact]
    public void What_is_stored_reads_as_the_text_did()
    {
        var manifest = Reading.Valid(Whole);

        var again = ManifestReader.Read(manifest.Source);

        Assert.Equal(manifest.Digest, again.Manifest!.Digest);
        Assert.Matches("^sha256:[0-9a-f]{64}$", manifest.Digest);
    }

    [Fact]
    public void The_digest_does_not_depend_on_how_the_manifest_is_written()
    {
        var one = Reading.Valid("core: { name: a, flows: [ { steps: [ { set: { x: 1.50 } } ] } ] }");
        var two = Reading.Valid("""{"core": {"flows": [{"steps": [{"set": {"x": 1.5}}]}], "name": "a"}}""");
        var other = Reading.Valid("""{"core": {"flows": [{"steps": [{"set": {"x": 1.6}}]}], "name": "a"}}""");

        Assert.Equal(one.Digest, two.Digest);
        Assert.NotEqual(one.Digest, other.Digest);
    }

    [Theory]
    [InlineData("[]", "MF102")]
    [InlineData("{}", "MF101")]
    [InlineData("core: 1", "MF102 core")]
    [InlineData("core: {}", "MF101 core", "MF101 core")]
    [InlineData("core: { name: 1, flows: [] }", "MF102 core.name", "MF101 core.flows")]
    [InlineData("core: { name: a, flows: [ {} ] }", "MF101 core.flows[0]")]
    [InlineData("core: { name: a, flows: [ { steps: [] } ] }", "MF101 core.flows[0].steps")]
    [InlineData("core: { name: a, mode: solo, flows: [ { steps: [ { rigid: x } ] } ] }", "MF103 core.mode")]
    [InlineData("core: { name: a, model: gpt, flows: [ { steps: [ { rigid: x } ] } ] }", "MF103 core.model")]
    [InlineData("core: { name: a, flows: [ { name: x, steps: [ { rigid: x } ] }, { name: x, steps: [ { rigid: x } ] } ] }", "MF104 core.flows[1]")]
    [InlineData("core: { name: a, flows: [ { trigger: { type: cron }, steps: [ { rigid: x } ] } ] }", "MF103 core.flows[0].trigger.type")]
    [InlineData("core: { name: a, flows: [ { trigger: { type: schedule }, steps: [ { rigid: x } ] } ] }", "MF101 core.flows[0].trigger")]
    [InlineData("core: { name: a, flows: [ { trigger: { type: schedule, cron: 0 0 31 2 *, timezone: Mars/Olympus }, steps: [ { rigid: x } ] } ] }",
        "MF120 core.flows[0].trigger.timezone", "MF119 core.flows[0].trigger.cron")]
    [InlineData("core: { name: a, flows: [ { trigger: { type: webhook, method: HEAD, path: in, auth: { scheme: md5, header: 'X Y' } }, steps: [ { rigid: x } ] } ] }",
        "MF121 core.flows[0].trigger.path", "MF103 core.flows[0].trigger.method", "MF103 core.flows[0].trigger.auth.scheme", "MF101 core.flows[0].trigger.auth", "MF116 core.flows[0].trigger.auth.header")]
    [InlineData("core: { name: a, variables: [ { name: a b, type: int }, { name: c, type: nope }, { name: input, type: int } ], flows: [ { steps: [ { rigid: x } ] } ] }",
        "MF116 core.variables[0].name", "MF110 core.variables[1].type", "MF113 core.variables[2].name")]
    [InlineData("core: { name: a, scaiflow_meta: { models: [ { role: A, model: m }, { role: a, model: m, temperature: 3 }, { role: a } ] }, flows: [ { steps: [ { rigid: x } ] } ] }",
        "MF116 core.scaiflow_meta.models[0]", "MF115 core.scaiflow_meta.models[1].temperature", "MF104 core.scaiflow_meta.models[2]", "MF101 core.scaiflow_meta.models[2]")]
    [InlineData("core: { name: a, flows: [ { steps: [ { llm_turn: hi } ] } ] }", "MF111 core.flows[0].steps[0].llm_turn")]
    public void A_fault_is_reported_where_it_is(string yaml, params string[] faults)
    {
        var reading = ManifestReader.Read(yaml);

        Assert.False(reading.Succeeded(out _));
        Assert.Equal(faults, Reading.Codes(reading.Diagnostics));
    }

    [Theory]
    [InlineData("- 5", "MF102 [0]")]
    [InlineData("- { id: a }", "MF106 [0]")]
    [InlineData("- { rigid: a, set: { b: 1 } }", "MF106 [0]")]
    [InlineData("- { id: a, rigid: a }\n- { id: a, rigid: b }", "MF104 [1]")]
    [InlineData("- { id: 'a b', rigid: a }", "MF116 [0].id")]
    [InlineData("- { id: run, rigid: a }", "MF113 [0]")]
    [InlineData("- { rigid: a, result: config }", "MF113 [0].result")]
    [InlineData("- { rigid: a, result: a-b }", "MF116 [0].result")]
    [InlineData("- { rigid: a, next: nowhere }", "MF105 [0].next")]
    [InlineData("- { id: a, rigid: a }\n- { rigid: b, next: a }", "MF105 [1].next")]
    [InlineData("- { id: a, rigid: a, next: a }", "MF105 [0].next")]
    [InlineData("- decision: [ { when: true, next: nowhere } ]", "MF105 [0].decision[0].next")]
    [InlineData("- decision: [ { next: null } ]", "MF101 [0].decision[0]")]
    [InlineData("- decision: []", "MF101 [0].decision")]
    [InlineData("- decision: { when: true }", "MF102 [0].decision")]
    [InlineData("- { foreach: { in: '[1]', steps: [ { id: inner, rigid: a } ] } }\n- { rigid: b, next: inner }", "MF105 [1].next")]
    [InlineData("- rigid: '{{ 1 + }}'", "MF109 [0].rigid")]
    [InlineData("- rigid: 5", "MF102 [0].rigid")]
    [InlineData("- set: { a: '1 +' }", "MF108 [0].set.a")]
    [InlineData("- set: { a: [ '{{' ] }", "MF109 [0].set.a")]
    [InlineData("- set: { run: 1 }", "MF113 [0].set.run")]
    [InlineData("- set: x", "MF102 [0].set")]
    [InlineData("- foreach: { steps: [ { rigid: a } ] }", "MF101 [0].foreach")]
    [InlineData("- foreach: { in: x, as: 1a, steps: [] }", "MF116 [0].foreach.as", "MF101 [0].foreach.steps")]
    [InlineData("- while: { when: true, steps: [ { rigid: a } ] }", "MF101 [0].while")]
    [InlineData("- while: { when: true, max_iterations: 0, steps: [ { rigid: a } ] }", "MF115 [0].while.max_iterations")]
    [InlineData("- while: { when: true, max_iterations: 1.5, steps: [ { rigid: a } ] }", "MF102 [0].while.max_iterations")]
    [InlineData("- parallel: { branches: [] }", "MF115 [0].parallel.branches")]
    [InlineData("- parallel: { max_concurrent: 0, branches: [ { name: a, steps: [ { rigid: a } ] }, { name: a, steps: [ { rigid: a } ] } ] }",
        "MF104 [0].parallel.branches[1]", "MF115 [0].parallel.max_concurrent")]
    [InlineData("- llm_turn: [a]", "MF102 [0].llm_turn")]
    [InlineData("- { llm_turn: a, role: deep }", "MF111 [0].role")]
    [InlineData("- { llm_turn: a, output: { x: nope } }", "MF110 [0].output")]
    [InlineData("- { llm_turn: a, guard: '1 +', validate: ['2 +', '3 +'] }", "MF108 [0].guard", "MF108 [0].validate[0]", "MF108 [0].validate[1]")]
    [InlineData("- { llm_turn: a, on_failure: { hallucination: fail } }", "MF103 [0].on_failure.hallucination")]
    [InlineData("- { llm_turn: a, on_failure: { refusal: ask } }", "MF117 [0].on_failure.refusal")]
    [InlineData("- { llm_turn: a, on_failure: { refusal: escalate | retry } }", "MF117 [0].on_failure.refusal")]
    [InlineData("- { llm_turn: a, on_failure: { refusal: retry escalate } }", "MF117 [0].on_failure.refusal")]
    [InlineData("- { llm_turn: a, on_failure: { refusal: retry(max = 11) } }", "MF115 [0].on_failure.refusal")]
    [InlineData("- { llm_turn: a, budget: { max_duration: soon, max_retries: -1 } }", "MF112 [0].budget.max_duration", "MF115 [0].budget.max_retries")]
    [InlineData("- { llm_turn: a, min_confidence: 2, examples: [ { input: a } ] }", "MF101 [0].examples[0]", "MF115 [0].min_confidence")]
    [InlineData("- checkpoint: { type: choice }", "MF101 [0].checkpoint")]
    [InlineData("- checkpoint: { options: [a, a] }", "MF104 [0].checkpoint.options[1]")]
    [InlineData("- checkpoint: { timeout: 5x, priority: urgent, on_timeout: maybe }",
        "MF103 [0].checkpoint.priority", "MF112 [0].checkpoint.timeout", "MF103 [0].checkpoint.on_timeout")]
    [InlineData("- checkpoint: approve", "MF102 [0].checkpoint")]
    [InlineData("- plugin_call: drive.search", "MF102 [0].plugin_call")]
    [InlineData("- plugin_call: { alias: my drive, args: [1], timeout: soon }",
        "MF116 [0].plugin_call.alias", "MF101 [0].plugin_call", "MF102 [0].plugin_call.args", "MF112 [0].plugin_call.timeout")]
    [InlineData("- http_call: { method: FETCH, headers: [a], body: ['{{ 1 + }}'] }",
        "MF101 [0].http_call", "MF103 [0].http_call.method", "MF102 [0].http_call.headers", "MF109 [0].http_call.body")]
    [InlineData("- queue_publish: { scope: a/b, priority: urgent, message_type: 1, reason: '{{ ) }}' }",
        "MF101 [0].queue_publish", "MF116 [0].queue_publish.scope", "MF102 [0].queue_publish.message_type",
        "MF103 [0].queue_publish.priority", "MF109 [0].queue_publish.reason")]
    [InlineData("- queue_consume: { timeout: 1 }", "MF101 [0].queue_consume", "MF102 [0].queue_consume.timeout")]
    [InlineData("- core_call: { is_async: maybe }", "MF101 [0].core_call", "MF102 [0].core_call.is_async")]
    [InlineData("- core_call: { target: core://acme }", "MF118 [0].core_call.target")]
    [InlineData("- core_call: { target: 'core://acme/a/b' }", "MF118 [0].core_call.target")]
    [InlineData("- core_call: { target: 'https://acme/a' }", "MF118 [0].core_call.target")]
    public void A_faulty_step_is_refused(string steps, params string[] faults)
    {
        var diagnostics = Reading.OfSteps(steps).Where(d => d.Severity == Severity.Error).ToArray();

        Assert.Equal(faults, Reading.Codes(diagnostics).Select(c => c.Replace("core.flows[0].steps", "", StringComparison.Ordinal)));
    }

    [Theory]
    [InlineData("flows", """{"name": "n#", "steps": [{"rigid": "x"}]}""")]
    [InlineData("plugins", """{"alias": "n#"}""")]
    [InlineData("variables", """{"name": "n#", "type": "int"}""")]
    public void Very_many_names_are_told_apart(string list, string item)
    {
        var names = Value.FromJson($"[{string.Join(',', Enumerable.Range(0, 60_000).Append(1).Select(i => item.Replace("#", $"{i}", StringComparison.Ordinal)))}]");
        var reading = ManifestReader.Read(Value.Object([new("core", Value.Object([new("name", "x"), new(list, names)]))]));
        Assert.Contains(reading.Diagnostics, d => d.Code == ManifestCodes.Duplicate && d.Path == $"core.{list}[60000]");
    }

    [Fact]
    public void Very_many_options_are_told_apart()
    {
        var options = Value.Array([.. Enumerable.Range(0, 60_000).Append(1).Select(i => (Value)$"o{i}")]);
        var step = Value.Object([new("checkpoint", Value.Object([new("options", options)]))]);
        var flows = Value.Array(Value.Object([new("steps", Value.Array(step))]));
        var reading = ManifestReader.Read(Value.Object([new("core", Value.Object([new("name", "x"), new("flows", flows)]))]));
        Assert.Contains(reading.Diagnostics, d => d.Code == ManifestCodes.Duplicate);
    }

    [Fact]
    public void A_diagnostic_names_line_and_node()
    {
        var diagnostics = Reading.OfSteps("""
            - id: a
              rigid: fine
            - id: b
              meta: { node_id: node_b }
              rigid: "{{ 1 + }}"
            - foreach:
                in: "[1]"
                steps:
                  - id: deep
                    rigid: "{{ ) }}"
            """);

        Assert.Equal([("node_b", 10), ("deep", 15)], diagnostics.Select(d => (d.NodeId!, d.Line!.Value)));
    }

    [Theory]
    [InlineData("- rigid: '{{unheard_of}}'", "MF201 [0].rigid")]
    [InlineData("- { rigid: a, gaurd: b }", "MF202 [0].gaurd")]
    [InlineData("- checkpoint: { prompt: a, timout: 1h }", "MF202 [0].checkpoint.timout")]
    [InlineData("- plugin_call: { alias: a, method: b, arguments: {} }", "MF202 [0].plugin_call.arguments")]
    [InlineData("- http_call: { url: 'https://a/{{x}}' }", "MF201 [0].http_call.url")]
    [InlineData("- queue_publish: { queue: a, payload: { b: '{{x}}' } }", "MF201 [0].queue_publish.payload")]
    [InlineData("- queue_consume: { queue: a, wait: 1s }", "MF202 [0].queue_consume.wait")]
    [InlineData("- core_call: { target: 'core://a/b', input_bindings: {} }", "MF202 [0].core_call.input_bindings")]
    public void What_looks_like_a_mistake_is_a_warning(string steps, string warning)
    {
        var reading = ManifestReader.Read(Reading.WithSteps(steps));

        Assert.True(reading.Succeeded(out _));
        var diagnostic = Assert.Single(reading.Diagnostics);
        Assert.Equal((Severity.Warning, warning), (diagnostic.Severity, $"{diagnostic.Code} {diagnostic.Path.Replace("core.flows[0].steps", "", StringComparison.Ordinal)}"));
    }

    [Fact]
    public void A_name_that_is_bound_anywhere_is_no_mistake() =>
        Assert.Empty(Reading.OfSteps("""
            - { id: a, llm_turn: "{{message}} {{input.x}} {{config.y}}", output: { score: int } }
            - { set: { n: score + 1 }, result: kept }
            - foreach: { in: "[1]", as: thing, index: i, steps: [ { id: inner, rigid: "{{thing}} {{i}} {{n}} {{kept}} {{a}}" } ] }
            - parallel: { branches: [ { name: left, steps: [ { rigid: "{{inner}}" } ] } ] }
            - rigid: "{{left}} {{[1].map(x => x)}}"
            """));

    [Fact]
    public void Steps_may_nest_thirty_two_levels_and_no_more()
    {
        static string Nested(int depth) => depth == 1 ? "[ { rigid: a } ]" : $"[ {{ foreach: {{ in: '[1]', steps: {Nested(depth - 1)} }} }} ]";

        Assert.Empty(ManifestReader.Read($"core: {{ name: a, flows: [ {{ steps: {Nested(20)} }} ] }}").Diagnostics);
        var steps = ManifestNodeValue(33);
        Assert.Contains(ManifestReader.Read(steps).Diagnostics, d => d.Code == ManifestCodes.Nesting);
    }

    [Theory]
    [InlineData("retry", 1, null, FailureEnd.Fail)]
    [InlineData("retry()", 1, null, FailureEnd.Fail)]
    [InlineData("retry(max = 2)", 2, null, FailureEnd.Fail)]
    [InlineData("retry(max=2, with=\"a | b\")", 2, "a | b", FailureEnd.Fail)]
    [InlineData("retry(with = 'stricter') | escalate", 1, "stricter", FailureEnd.Escalate)]
    [InlineData("retry(max = 3)|fail", 3, null, FailureEnd.Fail)]
    [InlineData("escalate", 0, null, FailureEnd.Escalate)]
    [InlineData("fail", 0, null, FailureEnd.Fail)]
    public void A_failure_policy_reads(string text, int retries, string? with, FailureEnd then)
    {
        var step = (LlmTurnStep)Reading.Step($$"""
            - llm_turn: a
              on_failure:
                refusal: {{Value.FromJson(System.Text.Json.JsonSerializer.Serialize(text)).ToJson()}}
            """);

        Assert.Equal(new FailurePolicy(retries, with, then), step.OnFailure[FailureKind.Refusal]);
    }

    [Fact]
    public void A_failure_policy_reads_as_an_object_too()
    {
        var step = (LlmTurnStep)Reading.Step("- { llm_turn: a, on_failure: { parse_error: { retry: { max: 2, with: more }, then: escalate } } }");

        Assert.Equal(new FailurePolicy(2, "more", FailureEnd.Escalate), step.OnFailure[FailureKind.ParseError]);
    }

    [Fact]
    public void A_step_without_an_id_is_called_by_its_node_or_its_place()
    {
        var steps = Reading.Valid(Reading.WithSteps("""
            - { rigid: a, meta: { node_id: node_x } }
            - foreach: { in: "[1]", steps: [ { rigid: b } ] }
            - { id: c, rigid: c, result: d }
            """)).Flows[0].Steps;

        Assert.Equal(["node_x", "steps_1", "c"], steps.Select(s => s.Head.Id));
        Assert.Equal(["node_x", "steps_1", "d"], steps.Select(s => s.Head.Result));
        Assert.Equal(("steps_1_steps_0", "steps[1].steps[0]"), (((ForeachStep)steps[1]).Steps[0].Head.Id, ((ForeachStep)steps[1]).Steps[0].Head.Path));
    }

    [Fact]
    public void Where_a_step_goes_is_resolved()
    {
        var steps = Reading.Valid(Reading.WithSteps("""
            - { rigid: a }
            - { rigid: b, next: d }
            - { decision: [ { when: true, next: d }, { when: true, next: null }, { when: true } ] }
            - { id: d, rigid: d, next: null }
            """)).Flows[0].Steps;

        Assert.Equal([1, 3, 3, 4], steps.Select(s => s.Head.Next));
        Assert.Equal([3, 4, 3], ((DecisionStep)steps[2]).Branches.Select(b => b.Next));
    }

    /// <summary>Deeper than text may nest: a value can come from elsewhere.</summary>
    private static Value ManifestNodeValue(int depth)
    {
        Value steps = Value.Array(Value.Object([new("rigid", "a")]));
        for (var i = 1; i < depth; i++)
        {
            steps = Value.Array(Value.Object([new("foreach", Value.Object([new("in", "[1]"), new("steps", steps)]))]));
        }

        return Value.Object([new("core", Value.Object([new("name", "a"), new("flows", Value.Array(Value.Object([new("steps", steps)])))]))]);
    }
}
