using System.Text.Encodings.Web;
using System.Text.Json;
using ScaiGrid.Flows.Language;

namespace ScaiGrid.Runtime.Tests;

/// <summary>What the world did in the kept histories.</summary>
internal static class KeptRuns
{
    public static readonly JsonSerializerOptions Indented =
        new() { WriteIndented = true, MaxDepth = 200, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static async Task<RunResult> PlayAsync(string name, Program program)
    {
        var host = new ScriptedHost();
        switch (name)
        {
            case "linear":
                return await program.RunAsync(host.Answers("```json\n{\"response\": \"Grüezi\", \"confidence\": 0.75}\n```"), """{"name": "Ada"}""");
            case "approval":
                return await PlayAsync(program, host, """{"name": "Ada"}""", new CheckpointExpired("cp_1"),
                    new CheckpointResolved("cp_1", "approve", "user_1", "fine"),
                    new CheckpointResolved("cp_2", Value.FromJson("""{"note": "soon"}"""), "user_2"));
            case "loops":
                return await PlayAsync(program, host, """{"items": [2, 3]}""",
                    new CheckpointResolved("cp_1", "approve"), new CheckpointResolved("cp_2", "reject"));
            case "parallel":
                return await PlayAsync(program, host.Answers("said"), "{}",
                    new CheckpointResolved("cp_2", "approve"), new CheckpointResolved("cp_1", "reject"));
            case "retries":
                return await PlayAsync(
                    program,
                    host.Answers(ModelAnswer.Failed("rate_limited", "busy", true), ModelAnswer.Of("no JSON", 5, 1),
                        ModelAnswer.Of("""{"amount": 5, "confidence": 0.1}""", 6, 2), ModelAnswer.Of("""{"amount": -5, "confidence": 1}""", 7, 3)),
                    "{}");
            case "cancelled":
                return await PlayAsync(program, host, "{}", new RunCancelled("not needed any more"));
            case "effects":
                return await PlayAsync(
                    program,
                    host.Does("steps[0]", new EffectOutcome(Value.FromJson("""{"status": 200, "headers": {}, "body": {"amount": 12.50}}""")))
                        .Does("steps[1].branches[0].steps[0]", new EffectOutcome(Value.FromJson("""{"entry_id": 7}""")))
                        .Does("steps[1].branches[1].steps[0]", new EffectOutcome(Value.FromJson("""{"id": "msg_1"}""")))
                        .Does("steps[1].branches[2].steps[0]", EffectOutcome.Failed(EffectFailure.Timeout, "There was no answer.", retryable: true))
                        .Does("steps[2]", outcome: null)
                        .Does("steps[3]", outcome: null),
                    """{"currency": "EUR", "day": "2026-01-01", "amount": 10}""",
                    new EffectPerformed("steps[2]", 1, new(Value.FromJson("""{"id": "msg_2", "payload": "fine"}"""))),
                    new EffectPerformed("steps[3]", 1, new("short")));
            case "effect_failed":
                return await program.RunAsync(host
                    .Does("steps[0]", new EffectOutcome(Value.FromJson("""{"run_id": "run_2"}""")))
                    .Does("steps[1]", EffectOutcome.Failed("http_503", "The plugin is not there.", retryable: true)));
            case "memory":
                var first = await Engine.RunAsync(
                    program,
                    new("run_1", null, Value.FromJson("""{"customer": "ada"}"""), Value.EmptyObject, "ada", program.Recall(Value.FromJson("""{"visits": 4}"""))) { MemoryRevision = "r4" },
                    host, TestContext.Current.CancellationToken);
                return await Engine.ResumeAsync(
                    program, first.History, host, TestContext.Current.CancellationToken,
                    new MemoryRead(Value.FromJson("""{"visits": 6, "log": ["other"]}"""), "r6"), new CheckpointResolved("cp_1", "fine"));
            default:
                throw new ArgumentOutOfRangeException(nameof(name), name, "No such run.");
        }
    }

    private static async Task<RunResult> PlayAsync(Program program, ScriptedHost host, string input, params RunEvent[] events)
    {
        var run = await program.RunAsync(host, input);
        foreach (var e in events)
        {
            run = await program.ResumeAsync(run.History, e, host);
        }

        return run;
    }
}
