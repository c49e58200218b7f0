using ScaiGrid.Flows.Language;

namespace ScaiGrid.Runtime.Tests;

public class StepTests
{
    [Theory]
    [InlineData("- rigid: Hello {{name}}", """{"name": "Ada"}""", "\"Hello Ada\"")]
    [InlineData("- rigid: '{{items}}'", """{"items": [1, 2]}""", "[1,2]")]
    [InlineData("- rigid: Hello {{input.name}}", """{"name": "Ada"}""", "\"Hello Ada\"")]
    [InlineData("- rigid: '{{run.id}} {{run.started_at}} {{run.flow}}'", "{}", "\"run_1 2026-01-01T12:00:01Z main\"")]
    [InlineData("- rigid: '{{now()}}'", "{}", "\"2026-01-01T12:00:01Z\"")]
    public async Task A_template_is_rendered(string steps, string input, string output) =>
        Assert.Equal(output, await Running.Load(steps).RunAsync(input: input).OutputAsync());

    [Fact]
    public async Task Set_assigns_in_order_and_its_result_is_what_it_assigned()
    {
        var run = await Running.Load("""
            - set: { a: 1 + 1, b: a * 10, c: "a is {{a}}", d: [1, "{{b}}"] }
            """).RunAsync();

        Assert.Equal("""{"a":2,"b":20,"c":"a is 2","d":[1,20]}""", run.Output.ToJson());
        Assert.Equal(run.Output, run.Variables);
    }

    [Theory]
    [InlineData(50, "\"small\"")]
    [InlineData(500, "\"large\"")]
    public async Task The_first_branch_that_holds_is_taken(int amount, string output) =>
        Assert.Equal(output, await Running.Load("""
            - decision:
                - { when: amount <= 100, next: small }
                - { when: "true", next: large }
            - { id: small, rigid: small, next: null }
            - { id: large, rigid: large }
            """).RunAsync(input: $$"""{"amount": {{amount}}}""").OutputAsync());

    [Fact]
    public async Task A_decision_without_a_branch_that_holds_goes_on_and_leaves_the_previous_result()
    {
        var program = Running.Load("""
            - { id: first, set: { score: 7 } }
            - decision: [ { when: score > 10, next: end } ]
            - rigid: "{{score}}"
            - { id: end, rigid: "{{first.score + 1}}" }
            """);

        Assert.Equal("8", await program.RunAsync().OutputAsync());
    }

    [Fact]
    public async Task A_decision_that_ends_the_flow_leaves_the_last_result_as_its_output() =>
        Assert.Equal("\"done\"", await Running.Load("""
            - rigid: done
            - decision: [ { when: true, next: null } ]
            - rigid: never
            """).RunAsync().OutputAsync());

    [Fact]
    public async Task Foreach_collects_the_results_of_its_iterations() =>
        Assert.Equal("""["0: a!","1: b!"]""", await Running.Load("""
            - foreach:
                in: letters
                as: letter
                index: i
                steps:
                  - { id: loud, rigid: "{{letter}}!" }
                  - rigid: "{{i}}: {{loud}}"
            """).RunAsync(input: """{"letters": ["a", "b"]}""").OutputAsync());

    [Theory]
    [InlineData("null")]
    [InlineData("[]")]
    public async Task Foreach_over_nothing_gives_nothing(string items) =>
        Assert.Equal("[]", await Running.Load("- foreach: { in: items, steps: [ { rigid: x } ] }")
            .RunAsync(input: $$"""{"items": {{items}}}""").OutputAsync());

    [Fact]
    public async Task Foreach_over_something_else_fails_the_run()
    {
        var fault = await Running.Load("- foreach: { in: items, steps: [ { rigid: x } ] }")
            .RunAsync(input: """{"items": 5}""").FaultAsync();

        Assert.Equal((RunFaults.ExpressionFault, "steps[0]"), (fault.Code, fault.StepPath));
    }

    [Fact]
    public async Task What_an_iteration_of_foreach_binds_is_gone_with_it() =>
        Assert.Equal("""[null,null,null]""", await Running.Load("""
            - foreach: { in: "[1, 2]", steps: [ { rigid: "{{seen}}" }, { id: seen, rigid: "{{item}}" }, { rigid: "{{x}}" } ] }
              result: list
            - rigid: "{{[list[0], list[1], seen]}}"
            """).RunAsync().OutputAsync());

    [Fact]
    public async Task While_goes_on_as_long_as_its_condition_holds_and_sees_what_its_steps_bind() =>
        Assert.Equal("3", await Running.Load("""
            - set: { n: "0" }
            - while:
                when: (last ?? 0) < 3
                max_iterations: 10
                steps: [ { set: { n: n + 1 } }, { id: last, rigid: "{{n}}" } ]
            """).RunAsync().OutputAsync());

    [Fact]
    public async Task While_stops_at_its_most_iterations_and_the_flow_goes_on() =>
        Assert.Equal("\"after 5\"", await Running.Load("""
            - set: { n: "0" }
            - while: { when: true, max_iterations: 5, steps: [ { set: { n: n + 1 } } ] }
            - rigid: after {{n}}
            """).RunAsync().OutputAsync());

    [Fact]
    public async Task While_that_never_holds_results_in_null() =>
        Assert.Equal("null", await Running.Load("""
            - while: { when: false, max_iterations: 5, steps: [ { rigid: x } ] }
            """).RunAsync().OutputAsync());

    [Fact]
    public async Task Next_null_in_a_list_ends_that_list_only() =>
        Assert.Equal("""["odd","even","odd"]""", await Running.Load("""
            - foreach:
                in: "[1, 2, 3]"
                steps:
                  - decision: [ { when: item % 2 == 0, next: even } ]
                  - { rigid: odd, next: null }
                  - { id: even, rigid: even }
            """).RunAsync().OutputAsync());

    [Fact]
    public async Task Parallel_joins_its_branches_by_name() =>
        Assert.Equal("""{"left":"l","right":{"n":2}}""", await Running.Load("""
            - parallel:
                branches:
                  - { name: left, steps: [ { rigid: l } ] }
                  - { name: right, steps: [ { set: { n: 2 } } ] }
            """).RunAsync().OutputAsync());

    [Fact]
    public async Task A_branch_sees_what_was_before_and_not_what_its_siblings_bind() =>
        Assert.Equal("\"before,\"", await Running.Load("""
            - { id: x, rigid: before }
            - parallel:
                branches:
                  - { name: left, steps: [ { id: y, rigid: left } ] }
                  - { name: right, steps: [ { rigid: "{{x}},{{y}}" } ] }
            - rigid: "{{right}}"
            """).RunAsync().OutputAsync());

    [Fact]
    public async Task Without_fail_fast_a_failed_branch_results_in_its_error() =>
        Assert.Equal("""["expression_fault","fine"]""", await Running.Load("""
            - parallel:
                fail_fast: false
                branches:
                  - { name: bad, steps: [ { rigid: "{{1 / 0}}" } ] }
                  - { name: good, steps: [ { rigid: fine } ] }
            - rigid: "{{[bad.error.code, good]}}"
            """).RunAsync().OutputAsync());

    [Fact]
    public async Task With_fail_fast_a_failed_branch_fails_the_run()
    {
        var run = await Running.Load("""
            - parallel:
                branches:
                  - { name: bad, steps: [ { rigid: "{{1 / 0}}" } ] }
                  - { name: good, steps: [ { llm_turn: hi } ] }
            """).RunAsync();

        Assert.Equal((RunStatus.Failed, RunFaults.ExpressionFault), (run.Status, run.Fault!.Code));
        Assert.Equal("steps[0].branches[0].steps[0]", run.Fault.StepPath);
    }

    [Theory]
    [InlineData("- rigid: '{{1 / 0}}'")]
    [InlineData("- set: { a: 1 / 0 }")]
    [InlineData("- decision: [ { when: 1 / 0, next: null } ]")]
    [InlineData("- foreach: { in: 1 / 0, steps: [ { rigid: x } ] }")]
    [InlineData("- while: { when: 1 / 0, max_iterations: 2, steps: [ { rigid: x } ] }")]
    [InlineData("- checkpoint: { prompt: '{{1 / 0}}' }")]
    [InlineData("- checkpoint: { context: { a: '{{1 / 0}}' } }")]
    [InlineData("- llm_turn: '{{1 / 0}}'")]
    [InlineData("- { llm_turn: hi, guard: 1 / 0 }")]
    [InlineData("- { llm_turn: hi, input: '{{1 / 0}}' }")]
    [InlineData("- { llm_turn: hi, context: '{{1 / 0}}' }")]
    [InlineData("- { llm_turn: hi, constraints: { never: ['{{1 / 0}}'] } }")]
    [InlineData("- { llm_turn: hi, validate: 1 / 0 }")]
    public async Task An_expression_that_fails_fails_the_run_and_tells_where(string steps)
    {
        var fault = await Running.Load(steps).RunAsync(new ScriptedHost().Answers("hello")).FaultAsync();

        Assert.Equal((RunFaults.ExpressionFault, "steps[0]"), (fault.Code, fault.StepPath));
        Assert.Matches(@"division_by_zero at \d+:\d+", fault.Message);
    }

    [Theory]
    [InlineData("config.limit", "7")]
    [InlineData("input.x", "1")]
    [InlineData("x", "1")]
    [InlineData("run.id", "\"run_1\"")]
    [InlineData("state", "\"kept\"")]
    [InlineData("nothing", "null")]
    public async Task Names_mean_what_the_scope_says(string expression, string output)
    {
        var start = new RunStart("run_1", null, Value.FromJson("""{"x": 1, "state": "callers", "config": {"limit": 1000}, "run": {"id": "x"}}"""),
            Value.FromJson("""{"limit": 7}"""), null, Value.FromJson("""{"state": "kept"}"""));

        var run = await Engine.RunAsync(
            Running.Load($"- rigid: '{{{{{expression}}}}}'"), start, new ScriptedHost(), TestContext.Current.CancellationToken);

        Assert.Equal(output, run.Output.ToJson());
    }

    [Fact]
    public async Task A_declared_variable_starts_with_its_default_and_keeps_its_type()
    {
        const string Variables = "variables: [ { name: n, type: int, default: 5 } ]";

        Assert.Equal("5", await Running.Load("- rigid: '{{n}}'", Variables).RunAsync().OutputAsync());
        var fault = await Running.Load("- set: { n: \"'text'\" }", Variables).RunAsync().FaultAsync();
        Assert.Equal(RunFaults.VariableType, fault.Code);
    }

    [Fact]
    public async Task What_a_loop_assigns_is_newer_than_the_field_of_a_result_before_it() =>
        Assert.Equal("3", await Running.Load("""
            - set: { n: "0" }
            - foreach: { in: "[1, 2, 3]", steps: [ { set: { n: n + 1 } }, { rigid: x } ] }
            - rigid: "{{n}}"
            """).RunAsync().OutputAsync());

    [Fact]
    public async Task The_field_of_a_later_result_hides_the_variable() =>
        Assert.Equal("7", await Running.Load("""
            - set: { score: 1 }
            - { llm_turn: Rate., output: { score: int } }
            - rigid: "{{score}}"
            """).RunAsync(new ScriptedHost().Answers("""{"score": 7}""")).OutputAsync());

    [Fact]
    public async Task An_unknown_flow_fails_the_run()
    {
        var run = await Engine.RunAsync(Running.Load("- rigid: x"), Running.Start() with { FlowName = "other" }, new ScriptedHost(),
            TestContext.Current.CancellationToken);

        Assert.Equal((RunStatus.Failed, RunFaults.UnknownFlow), (run.Status, run.Fault!.Code));
    }
}
