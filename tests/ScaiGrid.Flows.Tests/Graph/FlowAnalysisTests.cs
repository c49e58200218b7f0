using ScaiGrid.Flows.Graph;
using ScaiGrid.Flows.Language;
using ScaiGrid.Flows.Manifests;

namespace ScaiGrid.Flows.Tests.Graph;

public class FlowAnalysisTests
{
    private const string Models = """ "config": {"core_identity": {"models": [{"role": "fast", "ref": "scaigrid", "model": "m"}]}} """;

    [Fact]
    public void A_sound_flow_has_nothing_to_tell() => Assert.Empty(FlowAnalysis.Analyse(Drawing.Flow(
        """
        read: llm_flexible {"goal": "Read {{message}}.", "llm_role": "fast", "output_schema": {"amount": "float"}, "on_failure": {"parse_error": "retry(max = 2) | escalate"}}
        set: data_variable_set {"assignments": {"total": "read.amount * 2", "text": "Total {{total}}"}}
        decide: logic_decision
        each: logic_loop {"collection": "input.items", "item": "line", "index": "i"}
        work: llm_rigid {"template": "{{i}}: {{line.name}} of {{total}}"}
        both: logic_parallel
        left: llm_rigid {"template": "{{each}}"}
        right: llm_guarded {"goal": "Go.", "guard": ["total > 1", true], "validate": "output != '' && amount > 0", "on_validation_failure": "{{output}}"}
        done: llm_rigid {"template": "{{both.left}} {{both.right}}"}
        start -> read
        read -> set
        set -> decide
        decide ?total > 100? each
        decide -> both
        each -body-> work
        each -> both
        both -> left
        both -> right
        left -> done
        right -> done
        read ~> done
        """,
        $"{Models}, \"variables\": [{{\"name\": \"total\", \"type\": \"float\"}}]")));

    [Theory]
    [InlineData("a -> b", "FL104 nodes", "FL201 nodes[0]", "FL201 nodes[1]")]
    [InlineData("start -> a \n a -> b \n b -> a", "FL106 nodes[1]")]
    [InlineData("start -> a \n x -> x", "FL106 nodes[2]")]
    [InlineData("start -> a \n start -> b", "FL105 edges[1]")]
    [InlineData("start -> a \n a -> b \n a ?x? c \n a -> c \n a -> d", "FL205 edges[2].condition", "FL105 edges[3]", "FL105 edges[4]")]
    [InlineData("start -> a \n a -typo-> b", "FL103 edges[1].source.port")]
    [InlineData("start -> a \n b -> c", "FL201 nodes[2]", "FL201 nodes[3]")]
    [InlineData("start -> a \n a -> start", "FL103 edges[1].target.port", "FL106 nodes[0]")]
    public void Ways_that_lead_nowhere_are_told(string drawing, params string[] faults) => Assert.Equal(faults, Drawing.Faults(drawing));

    [Theory]
    [InlineData("l: logic_loop {\"collection\": \"input.x\"} \n start -> l \n l -> a", "FL117 nodes[0]", "FL202 nodes[0].outputs[0]")]
    [InlineData("l: logic_loop {\"collection\": \"input.x\"} \n start -> l \n l -body-> a \n a -> b \n l -> b", "FL117 edges[2]")]
    [InlineData("l: logic_loop {\"collection\": \"input.x\"} \n start ?input.y? a \n start -> l \n l -body-> a", "FL117 edges[2]")]
    [InlineData("l: logic_loop {\"collection\": \"input.x\"} \n start -> l \n l -body-> a \n a -> l", "FL106 nodes[0]")]
    [InlineData("l: logic_loop {} \n start -> l \n l -body-> a", "FL120 nodes[0].config")]
    [InlineData("l: logic_loop {\"style\": \"while\"} \n start -> l \n l -body-> a", "FL108 nodes[0].config", "FL120 nodes[0].config")]
    [InlineData("p: logic_parallel \n start -> p", "FL116 nodes[0]")]
    [InlineData("p: logic_parallel \n start -> p \n p -> a \n p -> j \n a -> j", "FL116 edges[2]")]
    [InlineData("p: logic_parallel \n start -> p \n p -> a \n p -> b \n p -> c \n a -> j \n b -> j", "FL116 edges[3]")]
    [InlineData("p: logic_parallel \n start -> p \n p -> a \n p -> b \n p -> c \n a -> m \n b -> m \n c -> j \n m -> j", "FL116 nodes[0]")]
    [InlineData("p: logic_parallel \n start ?input.y? a \n start -> p \n p -> a \n p -> b", "FL116 edges[2]", "FL116 edges[3]")]
    [InlineData("p: logic_parallel \n start -> p \n p ?input.x? a", "FL116 edges[1]")]
    public void Bodies_and_branches_keep_to_themselves(string drawing, params string[] faults) => Assert.Equal(faults, Drawing.Faults(drawing));

    [Fact]
    public void Loops_nest_only_so_deep()
    {
        static string Nested(int depth) => "start -> l0\n" + string.Join('\n', Enumerable.Range(0, depth).Select(i =>
            $"l{i}: logic_loop {{\"collection\": \"input.x\"}}")) + "\nx: checkpoint\n" + string.Join('\n', Enumerable.Range(0, depth).Select(i =>
            $"l{i} -body-> {(i + 1 < depth ? $"l{i + 1}" : "x")}"));

        Assert.Empty(Drawing.Faults(Nested(6)));
        Assert.Equal(["FL118 nodes[7]"], Drawing.Faults(Nested(7)).Distinct());
    }

    [Theory]
    [InlineData("a: llm_rigid {\"template\": \"{{b}}\"} \n start -> a \n a -> b", "FL111 nodes[0].config.template")]
    [InlineData("a: llm_rigid {\"template\": \"{{b}}\"} \n start -> b \n b -> a")]
    [InlineData("a: llm_rigid {\"template\": \"{{a}}\"} \n start -> a", "FL111 nodes[0].config.template")]
    [InlineData("b: llm_rigid {\"template\": \"{{a}}\"} \n start -> d \n d ?input.x? a \n d -> b", "FL111 nodes[0].config.template")]
    [InlineData("b: llm_rigid {\"template\": \"{{amount}}\"} \n start -> b", "FL205 nodes[0].config.template")]
    [InlineData("d: logic_decision \n c: llm_rigid {\"template\": \"{{d}}\"} \n start -> d \n d -> c", "FL205 nodes[1].config.template")]
    [InlineData("start -> a \n a ?a == 'approve'? b \n a -> c")]
    [InlineData("start -> a \n a ?b == 'approve'? b \n a -> c", "FL111 edges[1].condition")]
    [InlineData("b: llm_rigid {\"template\": \"{{a}} {{m}}\"} \n a: checkpoint {\"result_binding\": \"m\"} \n start -> a \n a -> b", "FL205 nodes[0].config.template")]
    public void A_name_is_read_only_after_something_binds_it(string drawing, params string[] faults) => Assert.Equal(faults, Drawing.Faults(drawing));

    [Theory]
    [InlineData("foreach", "after", "FL111 nodes[3].config.template")]
    [InlineData("while", "after")]
    [InlineData("foreach", "first", "FL111 nodes[1].config.template")]
    [InlineData("while", "first")]
    [InlineData("foreach", "second")]
    [InlineData("foreach", "item", "FL205 nodes[3].config.template")]
    [InlineData("while", "item", "FL205 nodes[1].config.template", "FL205 nodes[3].config.template")]
    public void What_a_turn_binds_is_seen_by_that_turn_and_of_a_while_by_all(string style, string where, params string[] faults)
    {
        string Template(string place, string name) => $"{{\"template\": \"{(where == place ? $"{{{{{name}}}}}" : where == "item" && place != "second" ? "{{thing}}" : "")}\"}}";

        Assert.Equal(faults, Drawing.Faults(
            $$"""
            l: logic_loop {"style": "{{style}}", "collection": "input.x", "item": "thing", "condition": "b == 1 || !b", "max_iterations": 3}
            a: llm_rigid {{Template("first", "b")}}
            b: llm_rigid {{Template("second", "a")}}
            c: llm_rigid {{Template("after", "b")}}
            start -> l
            l -body-> a
            a -> b
            l -> c
            """).Where(fault => fault != "FL111 nodes[0].config.condition" || style == "while"));
    }

    [Theory]
    [InlineData("a", "{{b}}", "FL111 nodes[1].config.template")]
    [InlineData("c", "{{a}}", "FL111 nodes[3].config.template")]
    [InlineData("c", "{{p.a}} {{x}}")]
    [InlineData("a", "{{x}}")]
    [InlineData("a", "{{p}}", "FL111 nodes[1].config.template")]
    public void What_a_branch_binds_is_seen_by_that_branch(string at, string template, params string[] faults)
    {
        string Config(string node) => $"{{\"template\": \"{(at == node ? template : "")}\"}}";

        Assert.Equal(faults, Drawing.Faults(
            $"""
            p: logic_parallel
            a: llm_rigid {Config("a")}
            b: llm_rigid {Config("b")}
            c: llm_rigid {Config("c")}
            start -> x
            x -> p
            p -> a
            p -> b
            a -> c
            b -> c
            """));
    }

    [Theory]
    [InlineData("start -> a \n a -> b \n b ~> a", "FL124 edges[2]")]
    [InlineData("start -> a \n a -> b \n a ~> b")]
    [InlineData("start -> a \n a ?input.x? b \n a -> c \n b ~> c", "FL124 edges[3]")]
    [InlineData("p: logic_parallel \n start -> p \n p -> a \n p -> b \n a -> c \n b -> c \n a ~> c")]
    [InlineData("l: logic_loop {\"collection\": \"input.x\"} \n start -> l \n l -body-> a \n l -> b \n a ~> b \n b ~> a", "FL124 edges[4]")]
    public void Data_comes_from_what_can_have_run(string drawing, params string[] faults) => Assert.Equal(faults, Drawing.Faults(drawing));

    [Theory]
    [InlineData("llm_flexible", """{"goal": "{{", "llm_role": "fastt"}""", "FL110 nodes[0].config.goal", "FL107 nodes[0].config.llm_role")]
    [InlineData("llm_flexible", """{"goal": "g", "model": "slow"}""", "FL107 nodes[0].config.model")]
    [InlineData("llm_flexible", """{"goal": "g", "output_schema": {"a": "floaty", "b": {"c": "enum["}}}""", "FL115 nodes[0].config.output_schema.a", "FL115 nodes[0].config.output_schema.b.c")]
    [InlineData("llm_flexible", """{"goal": "g", "input_bindings": {"a": ["{{x +}}"]}}""", "FL110 nodes[0].config.input_bindings.a[0]")]
    [InlineData("llm_flexible", """{"goal": "g", "on_failure": {"parse_error": "retry(", "boredom": "fail"}, "budget": {"max_duration": "soon"}}""",
        "FL114 nodes[0].config.budget.max_duration", "FL122 nodes[0].config.on_failure.boredom", "FL122 nodes[0].config.on_failure.parse_error")]
    [InlineData("llm_guarded", """{"goal": "g", "guard": "1 +", "validate": ["true", "(", "{{ output.x }}"]}""", "FL109 nodes[0].config.guard", "FL109 nodes[0].config.validate[1]")]
    [InlineData("llm_guarded", """{"goal": "g", "on_validation_failure": [{"set": {"a": "1 +"}}, {"rigid": "{{"}]}""",
        "FL123 nodes[0].config.on_validation_failure[0].set.a", "FL123 nodes[0].config.on_validation_failure[1].rigid")]
    [InlineData("llm_guarded", """{"goal": "g", "on_validation_failure": [{"set": {"config": 1}}]}""", "FL123 nodes[0].config.on_validation_failure[0].set.config")]
    [InlineData("llm_guarded", """{"goal": "g", "on_validation_failure": [{"id": "n", "rigid": "x"}, {"while": {"when": "false", "max_iterations": 1, "steps": [{"id": "start", "rigid": "x"}]}}]}""",
        "FL123 nodes[0].config.on_validation_failure[0].id", "FL123 nodes[0].config.on_validation_failure[1].while.steps[0].id")]
    [InlineData("data_variable_set", """{"assignments": {"input": 1, "b": "1 +", "c": ["{{"]}}""",
        "FL109 nodes[0].config.assignments.b", "FL110 nodes[0].config.assignments.c[0]", "FL119 nodes[0].config.assignments.input")]
    [InlineData("tool_http", """{"url": "x", "timeout": "30"}""", "FL114 nodes[0].config.timeout")]
    [InlineData("checkpoint", """{"result_binding": "run"}""", "FL119 nodes[0].config.result_binding")]
    [InlineData("checkpoint", """{"type": "choice"}""", "FL121 nodes[0].config")]
    [InlineData("checkpoint", """{"on_timeout": "maybe"}""", "FL121 nodes[0].config.on_timeout")]
    [InlineData("checkpoint", """{"options": ["a", "b", "a"], "on_timeout": "b"}""", "FL101 nodes[0].config.options[2]")]
    [InlineData("hitl_decision", """{"on_timeout": "approve"}""")]
    [InlineData("hitl_review", """{"queue": "q", "on_timeout": "approve"}""", "FL121 nodes[0].config.on_timeout")]
    [InlineData("logic_decision", "{}", "FL204 nodes[0]")]
    public void Faults_of_a_setting_are_told(string kind, string config, params string[] faults) =>
        Assert.Equal(faults, Drawing.Faults($"n: {kind} {config}\n start -> n", Models));

    [Theory]
    [InlineData("""{"cron": "0 9 * * MON-FRI", "timezone": "Europe/Amsterdam"}""")]
    [InlineData("""{"cron": "0 9 * *"}""", "FL112 nodes[0].config.cron")]
    [InlineData("""{"timezone": "Mars/Olympus"}""", "FL113 nodes[0].config.timezone")]
    public void A_schedule_is_read(string config, params string[] faults) =>
        Assert.Equal(faults, Drawing.Faults($"tick: entry_schedule {config}\n tick -> n"));

    [Theory]
    [InlineData("* * * * *", true)]
    [InlineData("*/15 0-23/2 1,15,31 JAN-dec sun", true)]
    [InlineData("0 0 * * 7", true)]
    [InlineData("60 * * * *", false)]
    [InlineData("* 24 * * *", false)]
    [InlineData("* * 0 * *", false)]
    [InlineData("* * * 13 *", false)]
    [InlineData("* * * * 8", false)]
    [InlineData("5-1 * * * *", false)]
    [InlineData("*/0 * * * *", false)]
    [InlineData("5/2 * * * *", false)]
    [InlineData("1, * * * *", false)]
    [InlineData("* * * * * *", false)]
    [InlineData("-1 * * * *", false)]
    [InlineData("@hourly", false)]
    [InlineData("", false)]
    public void A_cron_line_has_five_fields(string text, bool isOne) => Assert.Equal(isOne, CronExpression.FaultOf(text) is null);

    [Fact]
    public void The_rest_of_the_flow_is_read_too() => Assert.Equal(
        [
            "FL101 config.core_identity.models[1].role", "FL101 config.plugins[1].alias", "FL109 tests[0].expect.checks[1]", "FL206 tests[0].expect.visits", "FL206 tests[0].mocks",
            "FL203 variables[0]", "FL203 variables[1]", "FL119 variables[1].name", "FL115 variables[2].type",
        ],
        Drawing.Faults("start -> a", """
            "config": {"core_identity": {"models": [{"role": "a", "ref": "r", "model": "m"}, {"role": "a", "ref": "r", "model": "m"}]},
                       "plugins": [{"alias": "p"}, {"alias": "p"}]},
            "variables": [{"name": "v", "type": "int"}, {"name": "input", "type": "int"}, {"name": "a", "type": "floaty"}],
            "tests": [{"name": "t", "input": 1, "mocks": {"a": 1, "b": 2}, "expect": {"visits": ["a", "x"], "checks": ["output.y > 1", "("]}}]
            """).Where(fault => fault != "FL203 variables[2]"));

    [Fact]
    public void Ids_are_told_apart() => Assert.Equal(
        ["FL103 edges[0].target.port", "FL101 edges[1].id", "FL101 nodes[1].id", "FL106 nodes[2]", "FL101 nodes[2].outputs[1].id"],
        Drawing.Faults(Reading.Flow(
            """{"id": "a", "type": "entry_api"}, {"id": "a", "type": "checkpoint"}, {"id": "b", "type": "checkpoint", "outputs": [{"id": "o"}, {"id": "o"}]}""",
            """
            {"id": "e", "type": "sequential", "source": {"node": "a", "port": "out_request"}, "target": {"node": "b", "port": "inn"}},
            {"id": "e", "type": "sequential", "source": {"node": "b", "port": "o"}, "target": {"node": "b", "port": "in"}}
            """)));

    [Fact]
    public void Faults_of_shape_and_meaning_are_told_together() => Assert.Equal(
        ["FL102 edges[1].target.node", "FL001 nodes[0].config", "FL109 nodes[1].config.guard", "FL107 nodes[1].config.llm_role", "FL003 nodes[3].type"],
        Drawing.Faults("""
            a: llm_rigid {}
            b: llm_guarded {"goal": "g", "guard": "1 +", "llm_role": "x"}
            start -> a
            a -> d
            d: adaptive {}
            """));

    [Fact]
    public void Messages_are_those_that_people_know()
    {
        Assert.Contains("cycle detected: node_a -> node_b -> node_a", Drawing.Messages("start -> node_a \n node_a -> node_b \n node_b -> node_a"));
        Assert.Contains("edge 'e1': source node 'node_abc' has no output port 'out_typo'", Drawing.Messages("start -> node_abc \n node_abc -out_typo-> x"));
        Assert.Contains("llm_role validation failed: node 'node_xyz': llm_role='fastt' is not declared",
            Drawing.Messages("node_xyz: llm_flexible {\"goal\": \"g\", \"llm_role\": \"fastt\"} \n start -> node_xyz", Models));
        Assert.Contains("llm_role validation failed: node 'n': config.core_identity.models declares no model", Drawing.Messages("n: llm_flexible {\"goal\": \"g\"} \n start -> n"));
        Assert.Contains("flow has no entry-point node", Drawing.Messages("a -> b"));
        Assert.Contains("node 'n': while loop missing max_iterations", Drawing.Messages("n: logic_loop {\"style\": \"while\", \"condition\": \"true\"} \n start -> n \n n -body-> a"));
        Assert.Contains("node 'node_review' has an unused output port 'out_aux'", FlowAnalysis.Analyse(Reading.Flow(
            """{"id": "s", "type": "entry_api"}, {"id": "node_review", "type": "hitl_review", "config": {"queue": "q"}, "outputs": [{"id": "out"}, {"id": "out_aux"}]}""",
            """{"id": "e", "type": "sequential", "source": {"node": "s", "port": "out_request"}, "target": {"node": "node_review", "port": "in"}}""")).Select(d => d.Message));
    }

    [Fact]
    public void A_diagnostic_names_its_node_and_its_edge()
    {
        var diagnostics = FlowAnalysis.Analyse(Drawing.Flow("a: llm_rigid {\"template\": \"{{b}}\"} \n start -> a \n a ?(? b"));

        Assert.Equal(("e1", null), (diagnostics[0].EdgeId, diagnostics[0].NodeId));
        Assert.Equal(("a", null), (diagnostics[1].NodeId, diagnostics[1].EdgeId));
    }

    [Theory]
    [InlineData("null")]
    [InlineData("[]")]
    [InlineData("{}")]
    [InlineData("""{"nodes": [null, {"id": 1}, {"id": "a", "type": "entry_api"}], "edges": [{"id": "e", "type": "data", "source": {"node": "a", "port": "b"}, "target": {"node": "a", "port": "b"}}]}""")]
    public void Nothing_is_thrown_at_what_is_no_flow(string json) => Assert.NotEmpty(FlowAnalysis.Analyse(Value.FromJson(json)));
}
