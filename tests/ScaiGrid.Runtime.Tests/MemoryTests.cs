using ScaiGrid.Flows.Language;

namespace ScaiGrid.Runtime.Tests;

/// <summary>What an instance remembers from one of its runs to the next.</summary>
public class MemoryTests
{
    private const string Variables = """
        mode: entity
        entity_key: id
        variables:
          - { name: count, type: int, default: 0 }
          - { name: names, type: "array[string]", default: [] }
        """;

    private static readonly Program Counter = Running.Load("""
        - set: { count: "{{count + 1}}", made_up: "1" }
        - rigid: "{{count}}"
        """, Variables);

    private static readonly Program Patient = Running.Load("""
        - set: { count: "{{count + 1}}" }
        - id: ask
          checkpoint: { type: freeform, prompt: "{{count}}?" }
        - set: { count: "{{count + 1}}" }
        - rigid: "{{count}}"
        """, Variables);

    [Fact]
    public async Task A_run_begins_with_what_the_one_before_it_left()
    {
        var memory = Value.EmptyObject;
        for (var i = 1; i <= 3; i++)
        {
            var run = await RunAsync(Counter, memory);
            memory = Counter.Remember(run.Variables);
            Assert.Equal($"{i}", run.Output.ToText());
        }

        Assert.Equal("""{"count":3,"names":[]}""", memory.ToJson());
    }

    [Theory]
    [InlineData("{}", """{"count":0,"names":[]}""")]
    [InlineData("""{"count": 7}""", """{"count":7,"names":[]}""")]
    [InlineData("""{"count": "seven", "names": ["a"]}""", """{"count":0,"names":["a"]}""")]
    [InlineData("""{"count": 7.0, "names": [1]}""", """{"count":7,"names":[]}""")]
    [InlineData("""{"count": null}""", """{"count":null,"names":[]}""")]
    [InlineData("""{"removed": 1, "names": ["a"], "count": 2}""", """{"count":2,"names":["a"]}""")]
    public void A_changed_program_keeps_what_still_fits_it(string remembered, string expected) =>
        Assert.Equal(expected, Counter.Recall(Value.FromJson(remembered)).ToJson());

    [Fact]
    public async Task A_run_that_waited_goes_on_with_what_the_instance_remembers_by_then()
    {
        var run = await RunAsync(Patient, Value.EmptyObject);
        Assert.Equal("1", run.Variables["count"].ToText());
        Assert.Equal("r0", run.History.MemoryRevision);

        run = await ResumeAsync(run.History, new MemoryRead(Value.FromJson("""{"count": 10, "names": []}"""), "r2"), new CheckpointResolved("cp_1", "yes"));

        Assert.Equal((RunStatus.Completed, null), (run.Status, run.Fault));
        Assert.Equal("11", run.Output.ToText());
        Assert.Equal("r2", run.History.MemoryRevision);
        Assert.Equal("11", (await ResumeAsync(run.History)).Output.ToText());
    }

    [Fact]
    public async Task What_a_step_answered_gives_way_to_memory_only_where_that_changed()
    {
        var program = Running.Load("""
            - id: look
              set: { count: "{{count + 1}}" }
            - id: ask
              checkpoint: { type: freeform, prompt: x }
            - rigid: "{{names.length()}} {{count}} {{ask.count}}"
            """, Variables);
        var run = await RunAsync(program, Value.EmptyObject);

        run = await Engine.ResumeAsync(
            program, run.History, new ScriptedHost(), TestContext.Current.CancellationToken,
            new MemoryRead(Value.FromJson("""{"count": 1, "names": ["a"]}"""), "r2"), new CheckpointResolved("cp_1", Value.FromJson("""{"count": 5}""")));

        Assert.Equal("1 5 5", run.Output.ToText());
    }

    [Fact]
    public async Task Memory_has_a_bound_that_names_the_variable_that_would_break_it()
    {
        var program = Running.Load("""
            - set: { names: "{{input.items}}" }
            - rigid: done
            """, Variables);
        var start = Start(program, Value.EmptyObject, """{"items": ["0123456789", "0123456789", "0123456789"]}""") with { Limits = new(Memory: 40) };

        var run = await Engine.RunAsync(program, start, new ScriptedHost(), TestContext.Current.CancellationToken);

        Assert.Equal((RunStatus.Failed, RunFaults.LimitMemory, "steps[0]"), (run.Status, run.Fault!.Code, run.Fault.StepPath));
        Assert.Contains("'names'", run.Fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_is_not_kept_is_not_bounded_as_memory()
    {
        var made = Running.Load("- set: { made_up: \"{{input.text}}\" }", Variables);
        var stateless = Running.Load("- set: { names: \"{{[input.text]}}\" }", Variables.Replace("mode: entity\nentity_key: id", "mode: stateless", StringComparison.Ordinal));
        var input = Value.Object([new("text", new string('x', 100))]).ToJson();
        var limits = new RunLimits(Memory: 40);

        Assert.Equal(RunStatus.Completed, (await Engine.RunAsync(made, Start(made, Value.EmptyObject, input) with { Limits = limits }, new ScriptedHost(), TestContext.Current.CancellationToken)).Status);
        Assert.Equal(RunStatus.Completed, (await stateless.RunAsync(input: input, limits: limits)).Status);
    }

    [Fact]
    public async Task Too_much_memory_can_still_be_made_less()
    {
        var program = Running.Load("- set: { names: [], count: 1 }", Variables);
        var start = Start(program, Value.FromJson("""{"names": ["0123456789", "0123456789", "0123456789", "0123456789"]}""")) with { Limits = new(Memory: 30) };

        Assert.Equal(RunStatus.Completed, (await Engine.RunAsync(program, start, new ScriptedHost(), TestContext.Current.CancellationToken)).Status);
    }

    [Fact]
    public async Task Memory_that_is_more_than_the_run_has_room_for_ends_it()
    {
        var start = Start(Patient, Value.EmptyObject) with { Limits = new(ScopeSize: 300) };
        var run = await Engine.RunAsync(Patient, start, new ScriptedHost(), TestContext.Current.CancellationToken);

        run = await ResumeAsync(run.History, new MemoryRead(Value.Object([new("names", Value.Array([new string('x', 400)]))]), "r2"));

        Assert.Equal((RunStatus.Failed, RunFaults.LimitScopeSize), (run.Status, run.Fault!.Code));
    }

    [Fact]
    public async Task A_history_from_before_memory_had_a_bound_is_not_held_to_one()
    {
        var program = Running.Load("- set: { names: \"{{input.items}}\" }", Variables);
        var run = await Engine.RunAsync(program, Start(program, Value.EmptyObject, """{"items": ["0123456789", "0123456789", "0123456789"]}"""), new ScriptedHost(), TestContext.Current.CancellationToken);
        var started = (RunStarted)run.History.Events[0] with { EngineVersion = 2, Limits = new(Memory: 40) };

        Assert.Equal(RunStatus.Completed, (await program.ResumeAsync(new RunHistory([started]), null)).Status);
    }

    private static RunStart Start(Program program, Value memory, string input = """{"id": "a"}""") =>
        new("run_1", null, Value.FromJson(input), Value.EmptyObject, "a", program.Recall(memory)) { MemoryRevision = "r0" };

    private static Task<RunResult> RunAsync(Program program, Value memory) =>
        Engine.RunAsync(program, Start(program, memory), new ScriptedHost(), TestContext.Current.CancellationToken);

    private static Task<RunResult> ResumeAsync(RunHistory history, params RunEvent[] events) =>
        Engine.ResumeAsync(Patient, history, new ScriptedHost(), TestContext.Current.CancellationToken, events);
}
