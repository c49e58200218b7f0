using ScaiGrid.Flows.Language;

namespace ScaiGrid.Flows.Manifests;

public enum CheckpointPriority { Low, Normal, High, Critical }

/// <summary>
/// <c>checkpoint: {type, prompt, …}</c>: the run waits for a decision. Its result is the resolution itself: one of the options,
/// or whatever was answered when there are none.
/// </summary>
/// <param name="Type">How the question is to be shown: <c>approval</c> (the default), <c>choice</c>, <c>freeform</c>, …</param>
/// <param name="Prompt">The question; null asks by the step's label.</param>
/// <param name="Options">The answers allowed; empty allows any. An approval has <c>approve</c> and <c>reject</c> unless it says otherwise.</param>
/// <param name="Assignee"><c>user:…</c>, <c>group:…</c> or <c>role:…</c>; null leaves it unrouted.</param>
/// <param name="Timeout">How long an answer is waited for; null for ever.</param>
/// <param name="OnTimeout"><c>fail</c> (the default), <c>escalate</c>, or the option that is then taken for the answer.</param>
/// <param name="EscalationTarget">Whom an escalation assigns it to; null leaves the assignee.</param>
/// <param name="Context">What the reviewer is shown; null for nothing.</param>
/// <param name="Form">The review form and its queue: <c>scope</c>, <c>queue</c>, <c>sections</c>; null for none.</param>
public sealed record CheckpointStep(
    StepHead Head, string Type, Template? Prompt, IReadOnlyList<string> Options, Template? Assignee, CheckpointPriority Priority,
    TimeSpan? Timeout, string OnTimeout, Template? EscalationTarget, ValueTemplate? Context, ValueTemplate? Form) : Step(Head)
{
    public const string Fail = "fail", Escalate = "escalate";

    /// <summary>The type of a stop for debugging: it has no result, so that a run goes on as it would have without it.</summary>
    public const string Breakpoint = "debug_breakpoint";

    private static readonly ManifestShape Shape = ManifestShape.Step.Member("checkpoint")!;

    internal static Step? Read(StepReader reader, StepHead head, ManifestNode step, ManifestNode body)
    {
        if (!body.IsObject())
        {
            return null;
        }

        body.WarnOfUnknownKeys(Shape);
        var type = body.Given("type")?.Name() ?? "approval";
        var options = Options_(body, type);
        return new CheckpointStep(
            head,
            type,
            body.Given("prompt") is { } prompt ? reader.Template(prompt) : null,
            options,
            body.Given("assignee") is { } assignee ? reader.Template(assignee) : null,
            Enum.Parse<CheckpointPriority>(body.Given("priority")?.OneOf("low", "normal", "high", "critical") ?? "normal", true),
            body.Given("timeout")?.Duration(),
            body.Given("on_timeout")?.OneOf([Fail, Escalate, .. options]) ?? Fail,
            body.Given("escalation_target") is { } target ? reader.Template(target) : null,
            reader.ValueTemplate(body.Given("context")),
            ReadForm(reader, body));
    }

    private static List<string> Options_(ManifestNode body, string type)
    {
        if (body.Given("options") is not { } list)
        {
            if (type == "choice")
            {
                body.Error(ManifestCodes.Missing, "A choice needs 'options'.");
            }

            return type == "approval" ? ["approve", "reject"] : [];
        }

        var options = new List<string>();
        var known = new HashSet<string>(StringComparer.Ordinal);
        foreach (var item in list.Items())
        {
            if (item.Text() is not { } option)
            {
                continue;
            }

            if (!known.Add(option))
            {
                item.Error(ManifestCodes.Duplicate, $"The option '{option}' is given twice.");
            }

            options.Add(option);
        }

        return options;
    }

    private static ValueTemplate? ReadForm(StepReader reader, ManifestNode body)
    {
        var form = body.Members().Where(m => m.Key is "scope" or "queue" or "sections").ToArray();
        if (form.Length == 0)
        {
            return null;
        }

        var members = Value.Object(form.Select(m => KeyValuePair.Create(m.Key, m.Value)));
        return reader.ValueTemplate(ManifestNode.Root(reader.Report, members, null));
    }
}
