using ScaiGrid.Flows.Language;
using ScaiGrid.Flows.Manifests;
using ScaiGrid.Runtime.Execution;

namespace ScaiGrid.Runtime.Nodes;

internal sealed class LlmTurnNode : Node
{
    private static readonly FailurePolicy AskOnceMore = new(1, null, FailureEnd.Fail), GiveUp = new(0, null, FailureEnd.Fail);

    private readonly LlmTurnStep _step;
    private readonly ModelRole _role;
    private readonly ModelRef[] _models;
    private readonly Prompt _prompt;
    private readonly Value? _schema;
    private readonly Node[] _onValidationFailure;

    public LlmTurnNode(LlmTurnStep step, Manifest manifest, Node[] onValidationFailure) : base(step.Head)
    {
        (_step, _onValidationFailure) = (step, onValidationFailure);
        _role = step.Role is null ? manifest.Models[0] : manifest.Models.First(m => m.Role == step.Role);
        _models = [new(_role.Ref, _role.Model), .. _role.Fallback];
        _prompt = new(step, _role, manifest.Identity.Persona);
        _schema = step.Output?.ToJsonSchema();
    }

    public override void Enter(Machine machine, Fiber fiber)
    {
        if (!Hold(machine, fiber, _step.Guards, machine.ScopeOf(fiber), out var guarded))
        {
            return;
        }

        if (!guarded)
        {
            machine.Skip(fiber);
        }
        else if (_prompt.TryBuild(machine, fiber, out var messages))
        {
            var turn = new Turn(machine.Now, messages);
            fiber.Top.Activation = turn;
            Call(machine, fiber, turn);
        }
    }

    public override void Answered(Machine machine, Fiber fiber, ModelAnswer answer)
    {
        var turn = (Turn)fiber.Top.Activation!;
        if (answer.Failure is { } failure)
        {
            TryFallback(machine, fiber, turn, failure);
        }
        else if (answer.Refusal is { } refusal)
        {
            TryAgain(machine, fiber, turn, FailureKind.Refusal, $"The model declined: {refusal}", refusal, default);
        }
        else
        {
            Check(machine, fiber, turn, answer.Text ?? "");
        }
    }

    /// <summary>The steps of <c>on_validation_failure</c> have made the result.</summary>
    public override void ListEnded(Machine machine, Fiber fiber, Frame list) => machine.Finish(fiber, list.Result);

    private void Check(Machine machine, Fiber fiber, Turn turn, string text)
    {
        Value output = text;
        if (_step.Output is { } type && !Answer.TryRead(text, type, out output, out var fault))
        {
            TryAgain(machine, fiber, turn, FailureKind.ParseError, fault, text, text);
        }
        else if (_step.OnFailure.ContainsKey(FailureKind.LowConfidence)
            && output["confidence"].TryGetDecimal(out var confidence) && confidence < _step.MinConfidence)
        {
            TryAgain(machine, fiber, turn, FailureKind.LowConfidence,
                $"Its confidence {confidence} is below {_step.MinConfidence}.", text, output);
        }
        else if (Hold(machine, fiber, _step.Validations, new AnswerScope(machine.ScopeOf(fiber), output), out var valid))
        {
            if (valid)
            {
                machine.Finish(fiber, output);
            }
            else
            {
                TryAgain(machine, fiber, turn, FailureKind.ConstraintViolation, "It does not pass the checks of this step.", text, output);
            }
        }
    }

    private void TryFallback(Machine machine, Fiber fiber, Turn turn, ModelFailure failure)
    {
        var mayHelp = failure.Retryable || failure.Code is ModelFailure.ModelNotFound or ModelFailure.ModelUnavailable;
        if (mayHelp && turn.Model + 1 < _models.Length && !IsOverTime(machine, turn))
        {
            turn.Model++;
            Call(machine, fiber, turn);
            return;
        }

        machine.Fail(fiber, RunFaults.ModelCallFailed, $"{_models[turn.Model].Model}: {failure.Message} ({failure.Code})");
    }

    /// <summary>Asks again as the policy for that kind of failure and the budget allow, and then does what the policy ends with.</summary>
    private void TryAgain(Machine machine, Fiber fiber, Turn turn, FailureKind kind, string reason, string said, Value output)
    {
        var policy = _step.OnFailure.GetValueOrDefault(kind) ?? (kind == FailureKind.ParseError ? AskOnceMore : GiveUp);
        var retries = turn.Retries[(int)kind];
        if (retries < policy.Retries && turn.Retries.Sum() < (_step.Budget.MaxRetries ?? int.MaxValue) && !IsOverTime(machine, turn))
        {
            turn.Retries[(int)kind]++;
            turn.Messages =
            [
                .. turn.Messages,
                new("assistant", said),
                new("user", $"That answer is not accepted. {reason}{(policy.With is null ? "" : $"\n{policy.With}")}"),
            ];
            Call(machine, fiber, turn);
        }
        else if (policy.Then == FailureEnd.Escalate)
        {
            Escalate(machine, fiber, kind, reason, output);
        }
        else if (kind == FailureKind.ConstraintViolation && _onValidationFailure.Length > 0)
        {
            fiber.Push(new(_onValidationFailure, fiber.Top) { ItemName = "output", Item = output });
        }
        else
        {
            machine.Fail(fiber, CodeOf(kind), $"The answer of '{_models[turn.Model].Model}' is not accepted. {reason}");
        }
    }

    private void Escalate(Machine machine, Fiber fiber, FailureKind kind, string reason, Value output) =>
        machine.Ask(fiber, new(
            "freeform", $"{Head.Meta["node_label"].AsString() ?? Head.Id}: {reason}", [], null, CheckpointPriority.Normal, null,
            CheckpointStep.Fail, null, Value.Object([new("failure", Word(kind)), new("reason", reason), new("output", output)]),
            default));

    private void Call(Machine machine, Fiber fiber, Turn turn)
    {
        var (model, path) = (_models[turn.Model], fiber.Top.Path);
        turn.Attempt++;
        machine.Call(fiber, new(
            machine.RunId, path, turn.Attempt, _role.Role, model.Ref, model.Model, _role.Temperature, turn.Messages, _schema,
            _step.Budget.MaxDuration - (machine.Now - turn.EnteredAt))
        {
            IsReply = IsReply(fiber),
        });
    }

    private bool IsReply(Fiber fiber)
    {
        var list = fiber.Top;
        return _schema is null && _step.Validations.Count == 0 && fiber is { Parent: null, AtBottom: true }
            && (Head.Next == list.Steps.Length || (Head.Next == list.Steps.Length - 1 && list.Steps[^1].HandsOn(Head.Result)));
    }

    private bool IsOverTime(Machine machine, Turn turn) => machine.Now - turn.EnteredAt >= _step.Budget.MaxDuration;

    /// <returns>False after the run, or the branch, has failed on a condition.</returns>
    private static bool Hold(Machine machine, Fiber fiber, IReadOnlyList<Expression> conditions, Scope scope, out bool hold)
    {
        hold = true;
        for (var i = 0; hold && i < conditions.Count; i++)
        {
            if (!machine.Succeeded(fiber, conditions[i].Evaluate(scope), out var value))
            {
                return false;
            }

            hold = value.IsTruthy;
        }

        return true;
    }

    private static string CodeOf(FailureKind kind) => kind switch
    {
        FailureKind.ConstraintViolation => RunFaults.GuardViolation,
        FailureKind.LowConfidence => RunFaults.LowConfidence,
        FailureKind.Refusal => RunFaults.Refusal,
        _ => RunFaults.ParseError,
    };

    private static string Word(FailureKind kind) => kind switch
    {
        FailureKind.ConstraintViolation => "constraint_violation",
        FailureKind.LowConfidence => "low_confidence",
        FailureKind.Refusal => "refusal",
        _ => "parse_error",
    };

    /// <summary>One execution of the step: its calls so far.</summary>
    private sealed class Turn(DateTimeOffset enteredAt, IReadOnlyList<ModelMessage> messages)
    {
        public DateTimeOffset EnteredAt { get; } = enteredAt;

        public IReadOnlyList<ModelMessage> Messages { get; set; } = messages;

        /// <summary>Which of the role's models is asked.</summary>
        public int Model { get; set; }

        public int Attempt { get; set; }

        /// <summary>By <see cref="FailureKind"/>.</summary>
        public int[] Retries { get; } = new int[4];
    }

    /// <summary>The answer as <c>output</c> and <c>result</c>, and its fields, before everything else.</summary>
    private sealed class AnswerScope(Scope outer, Value answer) : Scope
    {
        public override DateTimeOffset? Now => outer.Now;

        public override bool TryResolve(string name, out Value value)
        {
            if (name is "output" or "result")
            {
                value = answer;
                return true;
            }

            return (name is not ("input" or "config" or "run") && answer.Members.TryGetValue(name, out value))
                || outer.TryResolve(name, out value);
        }
    }
}
