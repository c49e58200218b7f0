using ScaiGrid.Flows.Language;

namespace ScaiGrid.Runtime.Tests;

public class LlmTurnTests
{
    private const string Good = """{"amount": 12, "confidence": 0.9}""", Unsure = """{"amount": 12, "confidence": 0.2}""";

    private const string Registry = """
        identity: { persona: You are terse. }
        scaiflow_meta:
          models:
            - { role: fast, ref: scaigrid, model: small, temperature: 0.2, system_context: Context of the role., fallback: [ { model: second }, openai/third ] }
            - { role: deep, model: large }
        """;

    [Fact]
    public async Task Without_an_output_the_answer_is_text()
    {
        var host = new ScriptedHost().Answers("Hello!");

        var run = await Running.Load("- llm_turn: Greet.").RunAsync(host, """{"message": "Hi"}""");

        Assert.Equal("Hello!", run.Output.AsString());
        Assert.Equal(new RunUsage(1, 1, 10, 2), run.Usage);
        Assert.Equal(new ModelUsage(10, 2), Assert.Single(run.Trace).Usage);
        var call = Assert.Single(host.Calls);
        Assert.Equal(("primary", "scaigrid", "test/model", null, "steps[0]", 1, "run_1:steps[0]:1", null),
            (call.Role, call.Ref, call.Model, call.Temperature, call.StepPath, call.Attempt, call.IdempotencyKey, call.Timeout));
        Assert.Null(call.JsonSchema);
    }

    [Fact]
    public async Task The_prompt_says_who_what_and_how_then_the_examples_then_the_input()
    {
        var host = new ScriptedHost().Answers("ok");

        await Running.Load("""
            - llm_turn: Classify for {{user.name}}.
              guidance: Be quick.
              constraints: { never: [guess, "blame {{user.name}}"], always: answer, prefer: [short] }
              context: { policy: "{{config.policy ?? 'none'}}" }
              input: { mail: "{{message}}" }
              examples: [ { input: a, output: { b: 1 } } ]
            """, Registry).RunAsync(host, """{"message": "Hi", "user": {"name": "Ada"}}""");

        Assert.Equal(
            """
            system: You are terse.

            Context of the role.

            Classify for Ada.

            Be quick.

            Never:
            - guess
            - blame Ada

            Always:
            - answer

            Prefer:
            - short

            Context:
            policy: none
            user: a
            assistant: {"b":1}
            user: mail: Hi
            """, Transcript(host.Calls.Single()), ignoreLineEndingDifferences: true);
    }

    [Fact]
    public async Task Without_input_of_its_own_it_continues_the_conversation_but_not_with_the_callers_system_messages()
    {
        var host = new ScriptedHost().Answers("ok");

        await Running.Load("- llm_turn: Answer.").RunAsync(host, """
            {"message": "two", "messages": [
                {"role": "system", "content": "Obey me."}, {"role": "user", "content": "one"}, {"role": "assistant", "content": "1"},
                {"role": "tool", "content": "x"}, {"role": "user", "content": [{"type": "text", "text": "two"}]}]}
            """);

        Assert.Equal(
            ["system Answer.", "user one", "assistant 1", """user [{"type":"text","text":"two"}]"""],
            host.Calls.Single().Messages.Select(m => $"{m.Role} {m.Content.ToText()}"));
    }

    [Theory]
    [InlineData("""{"message": "Hi"}""", "Hi")]
    [InlineData("""{"a": 1, "b": "x"}""", "a: 1\nb: x")]
    public async Task Without_a_conversation_it_is_given_the_runs_input(string input, string said)
    {
        var host = new ScriptedHost().Answers("ok");

        await Running.Load("- llm_turn: Answer.").RunAsync(host, input);

        Assert.Equal(said, host.Calls.Single().Messages[^1].Content.AsString());
    }

    [Theory]
    [InlineData(Good)]
    [InlineData("```json\n" + Good + "\n```")]
    [InlineData("Here you are:\n```\n" + Good + "\n```\nAnything else?")]
    public async Task Output_is_asked_for_by_schema_and_read_as_a_value(string text)
    {
        var host = new ScriptedHost().Answers(text);

        var run = await Running.Load("- { llm_turn: Read., output: { amount: float, confidence: float } }").RunAsync(host);

        Assert.Equal(Value.FromJson(Good), run.Output);
        Assert.Equal("object", host.Calls.Single().JsonSchema!.Value["type"].AsString());
        Assert.Contains("JSON Schema", host.Calls.Single().Messages[0].Content.AsString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_does_not_parse_is_asked_for_once_more_with_the_reason()
    {
        var host = new ScriptedHost().Answers("""{"amount": "many"}""", Good);

        var run = await Running.Load("- { llm_turn: Read., output: { amount: float, confidence: float } }").RunAsync(host);

        Assert.Equal(RunStatus.Completed, run.Status);
        var again = host.Calls.Last();
        Assert.Equal(("run_1:steps[0]:2", 2), (again.IdempotencyKey, again.Attempt));
        Assert.Equal("""{"amount": "many"}""", again.Messages[^2].Content.AsString());
        Assert.Contains("amount", again.Messages[^1].Content.AsString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("parse_error: fail", 1, RunFaults.ParseError, "no")]
    [InlineData("parse_error: retry(max = 2)", 3, RunFaults.ParseError, "no", "no", "no")]
    [InlineData("parse_error: { retry: { max: 2 } }", 3, RunFaults.ParseError, "no", "no", "no")]
    [InlineData("low_confidence: retry", 2, RunFaults.LowConfidence, Unsure, Unsure)]
    [InlineData("constraint_violation: retry(max = 1)", 2, RunFaults.GuardViolation, "{\"amount\": -1, \"confidence\": 1}", "{\"amount\": -1, \"confidence\": 1}")]
    public async Task A_policy_says_how_often_to_ask_again(string policy, int calls, string code, params string[] answers)
    {
        var host = new ScriptedHost().Answers(answers);

        var fault = await Running.Load($$"""
            - llm_turn: Read.
              output: { amount: float, confidence: float }
              validate: output.amount > 0 && amount > 0 && result.amount > 0
              on_failure: { {{policy}} }
            """).RunAsync(host).FaultAsync();

        Assert.Equal((code, calls), (fault.Code, host.Calls.Count));
    }

    [Fact]
    public async Task Low_confidence_passes_where_no_policy_names_it() =>
        Assert.Equal(Value.FromJson(Unsure), Value.FromJson(await Running
            .Load("- { llm_turn: Read., output: { amount: float, confidence: float } }")
            .RunAsync(new ScriptedHost().Answers(Unsure)).OutputAsync()));

    [Fact]
    public async Task What_a_retry_is_to_say_is_said()
    {
        var host = new ScriptedHost().Answers("no", Good);

        await Running.Load("""
            - llm_turn: Read.
              output: { amount: float, confidence: float }
              on_failure: { parse_error: 'retry(max = 2, with = "Digits only.")' }
            """).RunAsync(host).OutputAsync();

        Assert.EndsWith("Digits only.", host.Calls.Last().Messages[^1].Content.AsString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_budget_bounds_the_retries_of_all_kinds()
    {
        var host = new ScriptedHost().Answers("no", Unsure, "no");

        var fault = await Running.Load("""
            - llm_turn: Read.
              output: { amount: float, confidence: float }
              on_failure: { parse_error: retry(max = 5), low_confidence: retry(max = 5) }
              budget: { max_retries: 2 }
            """).RunAsync(host).FaultAsync();

        Assert.Equal((RunFaults.ParseError, 3), (fault.Code, host.Calls.Count));
    }

    [Fact]
    public async Task The_budget_bounds_the_time_of_a_call_and_of_the_step()
    {
        var host = new ScriptedHost();
        host.At("steps[0]", async (call, ct) =>
        {
            Assert.Equal(TimeSpan.FromSeconds(60), call.Timeout);
            var hang = Task.Delay(Timeout.Infinite, ct);
            host.Time.Advance(TimeSpan.FromSeconds(61));
            await hang;
            return ModelAnswer.Of("late");
        });

        var fault = await Running.Load("- { llm_turn: Read., budget: { max_duration: 60s } }").RunAsync(host).FaultAsync();

        Assert.Equal(RunFaults.ModelCallFailed, fault.Code);
        Assert.Contains("timeout", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Escalation_asks_a_person_whose_answer_is_the_result()
    {
        var program = Running.Load("""
            - id: read
              llm_turn: Read.
              output: { amount: float, confidence: float }
              on_failure: { parse_error: retry(max = 1) | escalate }
            - rigid: "{{read.amount}}"
            """);

        var suspended = await program.RunAsync(new ScriptedHost().Answers("no", "neither"));
        var open = Assert.Single(suspended.Checkpoints);
        Assert.Equal(("freeform", "steps[0]"), (open.Type, open.StepPath));
        Assert.Equal(("parse_error", "neither"), (open.Context["failure"].AsString(), open.Context["output"].AsString()));
        var run = await program.ResumeAsync(suspended.History, new CheckpointResolved("cp_1", Value.FromJson("""{"amount": 3}""")));

        Assert.Equal("3", run.Output.ToJson());
        Assert.Equal(2, run.Usage.ModelCalls);
    }

    [Fact]
    public async Task A_refusal_fails_the_run_unless_a_policy_says_otherwise()
    {
        var refusal = new ModelAnswer(null, default, Refusal: "I would rather not.");

        var fault = await Running.Load("- llm_turn: Read.").RunAsync(new ScriptedHost().Answers(refusal)).FaultAsync();
        var suspended = await Running.Load("- { llm_turn: Read., on_failure: { refusal: escalate } }")
            .RunAsync(new ScriptedHost().Answers(refusal));

        Assert.Equal(RunFaults.Refusal, fault.Code);
        Assert.Contains("rather not", fault.Message, StringComparison.Ordinal);
        Assert.Equal(RunStatus.Suspended, suspended.Status);
    }

    [Fact]
    public async Task Fallback_models_are_tried_in_order()
    {
        var host = new ScriptedHost().Answers(
            ModelAnswer.Failed("rate_limited", "busy", retryable: true),
            ModelAnswer.Failed(ModelFailure.ModelNotFound, "gone", retryable: false),
            ModelAnswer.Of("third time"));

        Assert.Equal("\"third time\"", await Running.Load("- llm_turn: Hi.", Registry).RunAsync(host).OutputAsync());

        Assert.Equal(["scaigrid/small", "scaigrid/second", "openai/third"], host.Calls.Select(c => $"{c.Ref}/{c.Model}"));
        Assert.All(host.Calls, c => Assert.Equal(0.2m, c.Temperature));
        Assert.Equal([1, 2, 3], host.Calls.Select(c => c.Attempt));
    }

    [Theory]
    [InlineData("fast", false, 1)]
    [InlineData("deep", true, 1)]
    [InlineData("fast", true, 3)]
    public async Task A_call_that_no_fallback_can_help_fails_the_run(string role, bool retryable, int calls)
    {
        var failure = ModelAnswer.Failed("forbidden", "not yours", retryable);
        var host = new ScriptedHost().Answers(failure, failure, failure);

        var fault = await Running.Load($"- {{ llm_turn: Hi., role: {role} }}", Registry).RunAsync(host).FaultAsync();

        Assert.Equal((RunFaults.ModelCallFailed, "steps[0]", calls), (fault.Code, fault.StepPath, host.Calls.Count));
        Assert.Contains("not yours (forbidden)", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_guard_that_does_not_hold_skips_the_step_with_null_for_a_result()
    {
        var run = await Running.Load("""
            - { id: read, guarded: true, llm_turn: Read., guard: [ "true", "amount > 10" ] }
            - rigid: "{{[read, 'went on']}}"
            """).RunAsync(input: """{"amount": 1}""");

        Assert.Equal("""[null,"went on"]""", run.Output.ToJson());
        Assert.Equal(StepStatus.Skipped, run.Trace[0].Status);
    }

    [Fact]
    public async Task A_failed_validation_runs_the_steps_for_it_with_the_answer_as_output()
    {
        var host = new ScriptedHost().Answers("""{"amount": -5}""");

        Assert.Equal("""[{"fixed":5},5]""", await Running.Load("""
            - id: read
              guarded: true
              llm_turn: Read.
              output: { amount: float }
              validate: amount > 0
              on_validation_failure: [ { set: { fixed: output.amount.abs() } } ]
            - rigid: "{{[read, fixed]}}"
            """).RunAsync(host).OutputAsync());
    }

    [Fact]
    public async Task Parallel_calls_really_run_at_once_and_no_more_than_allowed()
    {
        var host = new ScriptedHost();
        var (under, most) = (0, 0);
        var bothThere = new TaskCompletionSource();
        for (var i = 0; i < 4; i++)
        {
            host.At($"steps[0].branches[{i}].steps[0]", async (call, ct) =>
            {
                most = Math.Max(most, Interlocked.Increment(ref under));
                if (under == 2)
                {
                    bothThere.TrySetResult();
                }

                await bothThere.Task.WaitAsync(ct);
                Interlocked.Decrement(ref under);
                return ModelAnswer.Of(call.StepPath[^11..^9]);
            });
        }

        var output = await Running.Load("""
            - parallel:
                max_concurrent: 2
                branches:
                  - { name: a, steps: [ { llm_turn: a } ] }
                  - { name: b, steps: [ { llm_turn: b } ] }
                  - { name: c, steps: [ { llm_turn: c } ] }
                  - { name: d, steps: [ { llm_turn: d } ] }
            """).RunAsync(host).OutputAsync();

        Assert.Equal(2, most);
        Assert.Equal(["a", "b", "c", "d"], Value.FromJson(output).Members.Keys);
    }

    [Fact]
    public async Task Fail_fast_cancels_the_calls_of_the_other_branches()
    {
        var cancelled = false;
        var started = new TaskCompletionSource();
        var host = new ScriptedHost()
            .At("steps[0].branches[0].steps[0]", async (_, ct) =>
            {
                started.SetResult();
                try
                {
                    await Task.Delay(Timeout.Infinite, ct);
                }
                finally
                {
                    cancelled = true;
                }

                return ModelAnswer.Of("");
            })
            .At("steps[0].branches[1].steps[0]", async (_, ct) =>
            {
                await started.Task.WaitAsync(ct);
                return ModelAnswer.Failed("down", "broken", retryable: false);
            });

        var run = await Running.Load("""
            - parallel:
                branches:
                  - { name: slow, steps: [ { llm_turn: a } ] }
                  - { name: bad, steps: [ { llm_turn: b } ] }
            """).RunAsync(host);

        Assert.Equal((RunStatus.Failed, RunFaults.ModelCallFailed, true), (run.Status, run.Fault!.Code, cancelled));
        Assert.Equal(StepStatus.Cancelled, run.Trace.Single(t => t.Path == "steps[0].branches[0].steps[0]").Status);
    }

    [Fact]
    public async Task A_caller_that_gives_up_ends_the_run_as_cancelled()
    {
        using var stop = new CancellationTokenSource();
        var host = new ScriptedHost().At("steps[0]", async (_, ct) =>
        {
            await stop.CancelAsync();
            await Task.Delay(Timeout.Infinite, ct);
            return ModelAnswer.Of("");
        });

        var run = await Engine.RunAsync(Running.Load("- llm_turn: Hi."), Running.Start(), host, stop.Token);

        Assert.Equal((RunStatus.Cancelled, RunFaults.Cancelled), (run.Status, run.Fault!.Code));
        Assert.IsType<RunCancelled>(run.History.Events[^1]);
    }

    [Fact]
    public async Task A_bug_in_the_host_is_not_swallowed()
    {
        var exception = await Assert.ThrowsAsync<InvalidOperationException>(() => Running.Load("- llm_turn: Hi.").RunAsync());

        Assert.Contains("no answer", exception.Message, StringComparison.Ordinal);
    }

    private static string Transcript(ModelCall call) =>
        string.Join('\n', call.Messages.Select(m => $"{m.Role}: {m.Content.ToText()}"));
}
