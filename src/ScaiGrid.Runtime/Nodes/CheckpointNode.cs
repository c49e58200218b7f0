using ScaiGrid.Flows.Language;
using ScaiGrid.Flows.Manifests;
using ScaiGrid.Runtime.Execution;

namespace ScaiGrid.Runtime.Nodes;

internal sealed class CheckpointNode(CheckpointStep step) : Node(step.Head)
{
    public override void Enter(Machine machine, Fiber fiber)
    {
        if (!TryText(machine, fiber, step.Prompt, out var prompt)
            || !TryText(machine, fiber, step.Assignee, out var assignee)
            || !TryText(machine, fiber, step.EscalationTarget, out var target)
            || !TryValue(machine, fiber, step.Context, out var context)
            || !TryValue(machine, fiber, step.Form, out var form))
        {
            return;
        }

        machine.Ask(fiber, new(
            step.Type, prompt ?? Head.Meta["node_label"].AsString() ?? Head.Id, step.Options, assignee, step.Priority, step.Timeout,
            step.OnTimeout, target, context, form));
    }

    public override void Resolved(Machine machine, Fiber fiber, Value resolution)
    {
        if (step.Type == CheckpointStep.Breakpoint)
        {
            machine.GoTo(fiber, Head.Next);
        }
        else
        {
            base.Resolved(machine, fiber, resolution);
        }
    }

    /// <summary>An empty text is as good as none: <c>assignee: "{{manager}}"</c> where there is no manager.</summary>
    private static bool TryText(Machine machine, Fiber fiber, Template? template, out string? text)
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

        text = value.ToText() is { Length: > 0 } given ? given : null;
        return true;
    }

    private static bool TryValue(Machine machine, Fiber fiber, ValueTemplate? template, out Value value)
    {
        value = default;
        return template is null || machine.Succeeded(fiber, template.Render(machine.ScopeOf(fiber)), out value);
    }
}
