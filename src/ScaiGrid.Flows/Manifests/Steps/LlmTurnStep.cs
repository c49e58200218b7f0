using ScaiGrid.Flows.Language;

namespace ScaiGrid.Flows.Manifests;

/// <summary><c>llm_turn: goal</c>: one answer of a model, checked, and asked for again where a policy says so.</summary>
/// <param name="Role">The model; null is the default role.</param>
/// <param name="Guards">Unless all hold, the step is not entered and its result is null.</param>
/// <param name="Validations">
/// Unless all hold of the answer (<c>output</c>, <c>result</c> and its own fields), it is a constraint violation.
/// </param>
/// <param name="Output">The shape of the answer; null takes it as text.</param>
/// <param name="Input">What the model is given; null gives it the conversation, or the run's input.</param>
/// <param name="MinConfidence">0 to 1; 0.5 unless given.</param>
/// <param name="OnValidationFailure">Run when <see cref="Validations"/> fail for good, to make the result; empty fails the run.</param>
public sealed record LlmTurnStep(
    StepHead Head, Template Goal, string? Role, IReadOnlyList<Expression> Guards, IReadOnlyList<Expression> Validations,
    OutputType? Output, ValueTemplate? Input, ValueTemplate? Context, Template? Guidance, Constraints Constraints,
    IReadOnlyList<Example> Examples, IReadOnlyDictionary<FailureKind, FailurePolicy> OnFailure, decimal MinConfidence,
    IReadOnlyList<Step> OnValidationFailure, Budget Budget) : Step(Head)
{
    private static readonly ManifestShape BudgetShape = new(["max_duration", "max_retries"]);
    private static readonly ManifestShape ConstraintsShape = ManifestShape.Step.Member("constraints")!;

    internal static Step? Read(StepReader reader, StepHead head, ManifestNode step, ManifestNode body)
    {
        var goal = reader.Template(body);
        step.Given("guarded")?.Flag();
        var turn = new LlmTurnStep(
            head,
            goal!,
            ReadRole(reader, step, body),
            reader.Conditions(step.Given("guard")),
            ReadValidations(reader, step),
            ReadOutput(reader, step.Given("output")),
            reader.ValueTemplate(step.Given("input")),
            reader.ValueTemplate(step.Given("context")),
            step.Given("guidance") is { } guidance ? reader.Template(guidance) : null,
            ReadConstraints(reader, step.Given("constraints")),
            ReadExamples(step.Given("examples")),
            ReadPolicies(step.Given("on_failure")),
            step.Given("min_confidence")?.Number(0, 1) ?? 0.5m,
            step.Given("on_validation_failure") is { } steps
                ? reader.ReadList(steps, $"{head.Path}.on_validation_failure")
                : [],
            ReadBudget(step.Given("budget")));
        return goal is null ? null : turn;
    }

    private static string? ReadRole(StepReader reader, ManifestNode step, ManifestNode body)
    {
        if (step.Given("role") is not { } node)
        {
            if (!reader.HasAnyRole)
            {
                body.Error(ManifestCodes.Role, "No model is declared: give core.model, or models in scaiflow_meta.");
            }

            return null;
        }

        var role = node.Text();
        if (role is not null && !reader.HasRole(role))
        {
            node.Error(ManifestCodes.Role, $"No model is declared for the role '{role}'.");
        }

        return role;
    }

    private static IReadOnlyList<Expression> ReadValidations(StepReader reader, ManifestNode step)
    {
        if (step.Given("validate") is not { } validate)
        {
            return [];
        }

        reader.Names.Define("output");
        reader.Names.Define("result");
        return reader.Conditions(validate);
    }

    private static OutputType? ReadOutput(StepReader reader, ManifestNode? output)
    {
        if (output is null)
        {
            return null;
        }

        var type = OutputTypes.Read(output);
        foreach (var field in type?.FieldNames ?? [])
        {
            reader.Names.Define(field);
        }

        return type;
    }

    private static Constraints ReadConstraints(StepReader reader, ManifestNode? node)
    {
        if (node is null || !node.IsObject())
        {
            return new([], [], []);
        }

        node.WarnOfUnknownKeys(ConstraintsShape);
        return new(
            reader.Templates(node.Given("never")),
            reader.Templates(node.Given("always")),
            reader.Templates(node.Given("prefer")));
    }

    private static List<Example> ReadExamples(ManifestNode? node)
    {
        var examples = new List<Example>();
        foreach (var item in node?.Items() ?? [])
        {
            if (item.IsObject() && item.Required("input") is { } input && item.Required("output") is { } output)
            {
                examples.Add(new(input.Value, output.Value));
            }
        }

        return examples;
    }

    internal static IReadOnlyDictionary<FailureKind, FailurePolicy> ReadPolicies(ManifestNode? node)
    {
        var policies = new Dictionary<FailureKind, FailurePolicy>();
        if (node is null || !node.IsObject())
        {
            return policies;
        }

        foreach (var member in node.Members())
        {
            FailureKind? kind = member.Key switch
            {
                "low_confidence" => FailureKind.LowConfidence,
                "constraint_violation" => FailureKind.ConstraintViolation,
                "parse_error" => FailureKind.ParseError,
                "refusal" => FailureKind.Refusal,
                _ => null,
            };
            if (kind is null)
            {
                member.Error(ManifestCodes.UnknownWord,
                    $"'{member.Key}' is not one of low_confidence, constraint_violation, parse_error, refusal.");
            }
            else if (FailurePolicy.Read(member) is { } policy)
            {
                policies[kind.Value] = policy;
            }
        }

        return policies;
    }

    private static Budget ReadBudget(ManifestNode? node)
    {
        if (node is null || !node.IsObject())
        {
            return new(null, null);
        }

        node.WarnOfUnknownKeys(BudgetShape);
        return new(node.Given("max_duration")?.Duration(), node.Given("max_retries")?.Whole(0, 100));
    }
}

public sealed record Constraints(IReadOnlyList<Template> Never, IReadOnlyList<Template> Always, IReadOnlyList<Template> Prefer);

/// <summary>One exchange that shows the model what is wanted.</summary>
public sealed record Example(Value Input, Value Output);

/// <param name="MaxDuration">For the step with all its calls; null is only bounded by the run.</param>
/// <param name="MaxRetries">For all kinds of failure together; null leaves it to the policies.</param>
public sealed record Budget(TimeSpan? MaxDuration, int? MaxRetries);
