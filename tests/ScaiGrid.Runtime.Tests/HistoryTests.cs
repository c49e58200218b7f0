using System.Text.Json;
using ScaiGrid.Flows.Language;

namespace ScaiGrid.Runtime.Tests;

public class HistoryTests
{
    private static readonly Program Waiting = Running.Load("""
        - llm_turn: Greet.
        - id: ask
          checkpoint: { prompt: ok }
        - rigid: "{{ask}}"
        """);

    /// <summary>The runs of this engine generation, by the name of their program.</summary>
    public static TheoryData<string> Current => ["linear", "approval", "loops", "parallel", "retries", "cancelled", "effects", "effect_failed", "memory"];

    /// <summary>Every run that any engine generation has kept, as <c>v1/linear</c>.</summary>
    public static TheoryData<string> Kept =>
        [.. Directory.EnumerateFiles(Histories, "*.history.json", SearchOption.AllDirectories)
            .Select(f => Path.GetRelativePath(Histories, f).Replace(".history.json", "", StringComparison.Ordinal)).Order(StringComparer.Ordinal)];

    private static string Histories => Path.Combine(Golden.Root, "tests/ScaiGrid.Runtime.Tests/Histories");

    [Theory]
    [MemberData(nameof(Kept))]
    public async Task A_kept_history_replays_to_the_result_it_had(string name)
    {
        var program = Running.LoadManifest(ReadKept($"{name}.yaml"));
        Assert.True(RunHistory.TryParse(ReadKept($"{name}.history.json"), out var history, out var error), error);

        var run = await program.ResumeAsync(history, null, new ScriptedHost());

        Assert.Equal(ReadKept($"{name}.result.json"), Describe(run), ignoreLineEndingDifferences: true);
    }

    [Theory]
    [MemberData(nameof(Current))]
    public async Task The_same_events_give_the_same_history(string name)
    {
        var run = await KeptRuns.PlayAsync(name, Running.LoadManifest(ReadKept($"v{Engine.Version}/{name}.yaml")));

        Golden.Verify($"tests/ScaiGrid.Runtime.Tests/Histories/v{Engine.Version}/{name}.history.json", Pretty(run.History.ToJson()));
        Golden.Verify($"tests/ScaiGrid.Runtime.Tests/Histories/v{Engine.Version}/{name}.result.json", Describe(run));
    }

    [Fact]
    public async Task A_history_reads_back_as_it_was_written()
    {
        var run = await Waiting.RunAsync(new ScriptedHost().Answers("grüß \"dich\" 👋"), """{"a": [1.50, null, {"b": true}]}""");

        Assert.True(RunHistory.TryParse(run.History.ToJson(), out var read, out _));

        Assert.Equal(run.History.ToJson(), read.ToJson());
        Assert.Contains("grüß", run.History.ToJson(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("")]
    [InlineData("null")]
    [InlineData("[]")]
    [InlineData("{}")]
    [InlineData("""{"version": 2, "events": []}""")]
    [InlineData("""{"version": 1, "events": [{"type": "later_event", "at": "2026-01-01T00:00:00Z"}]}""")]
    [InlineData("""{"version": 1, "events": [{"at": "2026-01-01T00:00:00Z"}]}""")]
    [InlineData("""{"version": 1, "events": [{"type": "run_started", "at": "2026-01-01T00:00:00Z"}]}""")]
    [InlineData("""{"version": 1, "events": [null]}""")]
    public void What_is_not_a_history_is_refused(string json)
    {
        Assert.False(RunHistory.TryParse(json, out _, out var error));
        Assert.NotEmpty(error);
    }

    [Fact]
    public async Task The_history_of_another_program_is_a_declared_fault()
    {
        var suspended = await Waiting.RunAsync(new ScriptedHost().Answers("hi"));
        var changed = Running.Load("- { id: ask, checkpoint: { prompt: different } }");

        var run = await changed.ResumeAsync(suspended.History, new CheckpointResolved("cp_1", "approve"));

        Assert.Equal((RunStatus.Failed, RunFaults.HistoryMismatch), (run.Status, run.Fault!.Code));
        Assert.Equal(suspended.History.ToJson(), run.History.ToJson());
    }

    [Theory]
    [MemberData(nameof(Broken))]
    public async Task A_history_that_does_not_fit_is_a_declared_fault(string what, Func<List<RunEvent>, List<RunEvent>> damage)
    {
        var suspended = await Waiting.RunAsync(new ScriptedHost().Answers("hi"));

        var run = await Waiting.ResumeAsync(
            new RunHistory(damage([.. suspended.History.Events])), new CheckpointResolved("cp_1", "approve"));

        Assert.True(run.Fault?.Code == RunFaults.HistoryMismatch, what);
    }

    public static TheoryData<string, Func<List<RunEvent>, List<RunEvent>>> Broken => new()
    {
        { "nothing", _ => [] },
        { "no start", events => events[1..] },
        { "an answer lost", events => [events[0], events[2]] },
        { "an answer twice", events => [events[0], events[1], events[1], events[2]] },
        { "another attempt", events => [events[0], (ModelAnswered)events[1] with { Attempt = 2 }, events[2]] },
        { "another step", events => [events[0], (ModelAnswered)events[1] with { StepPath = "steps[9]" }, events[2]] },
        { "started twice", events => [events[0], events[0]] },
        { "opened twice", events => [.. events, events[2]] },
        { "unknown checkpoint", events => [.. events, new CheckpointResolved("cp_7", "approve")] },
        { "a later engine", events => [(RunStarted)events[0] with { EngineVersion = 999 }, .. events[1..]] },
    };

    [Fact]
    public async Task After_a_crash_only_what_has_no_answer_is_called_again()
    {
        var program = Running.Load("""
            - { id: a, llm_turn: a }
            - { id: b, llm_turn: b }
            - rigid: "{{a}}{{b}}"
            """);
        var full = await program.RunAsync(new ScriptedHost().Answers("1", "2"));
        var crashed = new RunHistory([.. full.History.Events.Take(2)]);
        var host = new ScriptedHost().Answers("again");

        var run = await program.ResumeAsync(crashed, null, host);

        Assert.Equal("1again", run.Output.AsString());
        Assert.Equal("run_1:steps[1]:1", Assert.Single(host.Calls).IdempotencyKey);
    }

    [Fact]
    public async Task A_run_can_be_cancelled_while_it_waits()
    {
        var suspended = await Waiting.RunAsync(new ScriptedHost().Answers("hi"));

        var run = await Waiting.ResumeAsync(suspended.History, new RunCancelled("no longer needed"));

        Assert.Equal((RunStatus.Cancelled, "no longer needed"), (run.Status, run.Fault!.Message));
        Assert.Empty(run.Checkpoints);
    }

    private static string ReadKept(string file) =>
        File.ReadAllText(Path.Combine(Histories, file));

    private static string Describe(RunResult run) => Pretty(Value.Object(
    [
        new("status", run.Status.ToString()),
        new("output", run.Output),
        new("fault", run.Fault is { } fault ? $"{fault.Code} {fault.StepPath} {fault.Message}" : Value.Null),
        new("variables", run.Variables),
        new("checkpoints", Value.Array([.. run.Checkpoints.Select(c => (Value)$"{c.Id} {c.StepPath} {c.Prompt} {c.Assignee} {c.ExpiresAt:O}")])),
        new("usage", $"RunUsage {{ Steps = {run.Usage.Steps}, ModelCalls = {run.Usage.ModelCalls}, InputTokens = {run.Usage.InputTokens}, OutputTokens = {run.Usage.OutputTokens} }}"),
        new("trace", Value.Array([.. run.Trace.Select(t => (Value)$"{t.Path} {t.Kind} {t.Status} {t.StartedAt:O} {t.FinishedAt:O} {t.Result}")])),
    ]).ToJson());

    private static string Pretty(string json)
    {
        using var document = JsonDocument.Parse(json, new() { MaxDepth = 200 });
        return JsonSerializer.Serialize(document.RootElement, KeptRuns.Indented) + "\n";
    }
}
