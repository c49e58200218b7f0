using System.Text;
using ScaiGrid.Flows.Language;
using ScaiGrid.Flows.Manifests;
using ScaiGrid.Runtime.Execution;

namespace ScaiGrid.Runtime.Nodes;

/// <summary>
/// What a model is told: one system message of who it is, what to do and what to keep to; the examples as past exchanges;
/// then the step's <c>input</c>, or else the conversation, or else the run's input.
/// </summary>
internal sealed class Prompt(LlmTurnStep step, ModelRole role, string? persona)
{
    private readonly string? _shape = step.Output is { } output
        ? $"Answer with JSON only, matching this JSON Schema:\n{output.ToJsonSchema().ToJson()}"
        : null;

    private readonly IReadOnlyList<ModelMessage> _examples =
    [
        .. step.Examples.SelectMany(e => new ModelMessage[] { new("user", e.Input.ToText()), new("assistant", e.Output.ToText()) }),
    ];

    /// <returns>False after the run, or the branch, has failed on one of the step's templates.</returns>
    public bool TryBuild(Machine machine, Fiber fiber, out List<ModelMessage> messages)
    {
        messages = [];
        if (!TrySystem(machine, fiber, out var system) || !TryInput(machine, fiber, messages))
        {
            return false;
        }

        messages.InsertRange(0, _examples);
        messages.Insert(0, new("system", system));
        return true;
    }

    private bool TrySystem(Machine machine, Fiber fiber, out string system)
    {
        var text = new StringBuilder();
        system = "";
        Paragraph(text, persona);
        Paragraph(text, role.SystemContext);
        if (!TryParagraph(machine, fiber, text, "", step.Goal)
            || !TryParagraph(machine, fiber, text, "", step.Guidance)
            || !TryList(machine, fiber, text, "Never", step.Constraints.Never)
            || !TryList(machine, fiber, text, "Always", step.Constraints.Always)
            || !TryList(machine, fiber, text, "Prefer", step.Constraints.Prefer))
        {
            return false;
        }

        if (step.Context is { } context)
        {
            if (!machine.Succeeded(fiber, context.Render(machine.ScopeOf(fiber)), out var value))
            {
                return false;
            }

            Paragraph(text, $"Context:\n{Describe(value)}");
        }

        Paragraph(text, _shape);
        system = text.ToString();
        return true;
    }

    private bool TryInput(Machine machine, Fiber fiber, List<ModelMessage> messages)
    {
        if (step.Input is { } input)
        {
            if (!machine.Succeeded(fiber, input.Render(machine.ScopeOf(fiber)), out var value))
            {
                return false;
            }

            messages.Add(new("user", Describe(value)));
            return true;
        }

        // The caller's own system messages stay out: they would speak with the authority of the flow's author.
        foreach (var message in machine.Input["messages"].Items)
        {
            if (message["role"].AsString() is "user" or "assistant" && !message["content"].IsNull)
            {
                messages.Add(new(message["role"].AsString()!, message["content"]));
            }
        }

        if (messages.Count == 0)
        {
            messages.Add(new("user", machine.Input["message"] is { IsNull: false } text ? text.ToText() : Describe(machine.Input)));
        }

        return true;
    }

    /// <summary>An object line by line, <c>name: value</c>; anything else as text.</summary>
    private static string Describe(Value value) => value.TryGetObject(out var members)
        ? string.Join('\n', members.Select(m => $"{m.Key}: {m.Value.ToText()}"))
        : value.ToText();

    private static bool TryParagraph(Machine machine, Fiber fiber, StringBuilder text, string lead, Template? template)
    {
        if (template is null)
        {
            return true;
        }

        if (!machine.Succeeded(fiber, template.Render(machine.ScopeOf(fiber)), out var value))
        {
            return false;
        }

        Paragraph(text, lead + value.ToText());
        return true;
    }

    private static bool TryList(Machine machine, Fiber fiber, StringBuilder text, string title, IReadOnlyList<Template> items)
    {
        for (var i = 0; i < items.Count; i++)
        {
            if (i == 0)
            {
                Paragraph(text, $"{title}:");
            }

            if (!machine.Succeeded(fiber, items[i].Render(machine.ScopeOf(fiber)), out var item))
            {
                return false;
            }

            text.Append("\n- ").Append(item.ToText());
        }

        return true;
    }

    private static void Paragraph(StringBuilder text, string? paragraph)
    {
        if (!string.IsNullOrEmpty(paragraph))
        {
            text.Append(text.Length > 0 ? "\n\n" : "").Append(paragraph);
        }
    }
}
