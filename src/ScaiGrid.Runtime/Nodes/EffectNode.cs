using System.Diagnostics.CodeAnalysis;
using ScaiGrid.Flows.Language;
using ScaiGrid.Flows.Manifests;
using ScaiGrid.Runtime.Execution;

namespace ScaiGrid.Runtime.Nodes;

/// <summary>A step that has the world do something, once: what comes of it is the step's result, or fails the run.</summary>
/// <param name="failed">The code of that failure.</param>
internal abstract class EffectNode(StepHead head, string failed) : Node(head)
{
    private const int OnlyAttempt = 1;

    public sealed override void Enter(Machine machine, Fiber fiber)
    {
        if (TryMake(new(machine, fiber), fiber.Top.Path, OnlyAttempt, out var effect))
        {
            machine.Perform(fiber, effect);
        }
    }

    public sealed override void Performed(Machine machine, Fiber fiber, EffectOutcome outcome)
    {
        if (outcome.Failure is { } failure)
        {
            machine.Fail(fiber, failed, $"{failure.Message} ({failure.Code})");
        }
        else
        {
            machine.Finish(fiber, outcome.Result);
        }
    }

    /// <returns>False after the run, or the branch, has failed on one of the step's templates.</returns>
    protected abstract bool TryMake(Rendering rendering, string path, int attempt, [NotNullWhen(true)] out Effect? effect);
}

/// <summary>The templates of a step, rendered where it stands.</summary>
internal readonly struct Rendering(Machine machine, Fiber fiber)
{
    public string RunId => machine.RunId;

    public DateTimeOffset Now => machine.Now;

    public bool TryText(Template? template, out string? text)
    {
        text = null;
        if (template is null)
        {
            return true;
        }

        if (!machine.Succeeded(fiber, template.Render(machine.ScopeOf(fiber)), out var value))
        {
            return false;
        }

        text = value.ToText();
        return true;
    }

    public bool TryValue(ValueTemplate? template, out Value value)
    {
        value = default;
        return template is null || machine.Succeeded(fiber, template.Render(machine.ScopeOf(fiber)), out value);
    }
}
