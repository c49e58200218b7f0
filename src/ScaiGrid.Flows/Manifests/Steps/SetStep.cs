using ScaiGrid.Flows.Language;

namespace ScaiGrid.Flows.Manifests;

/// <summary>
/// <c>set: {name: value, …}</c>: assigns variables, one after another, so that a later one sees an earlier one. Its result
/// is an object of what it assigned.
/// </summary>
public sealed record SetStep(StepHead Head, IReadOnlyList<Assignment> Assignments) : Step(Head)
{
    internal static Step? Read(StepReader reader, StepHead head, ManifestNode step, ManifestNode body)
    {
        if (!body.IsObject())
        {
            return null;
        }

        var assignments = new List<Assignment>();
        foreach (var member in body.Members())
        {
            if (member.KeyName() is not { } name)
            {
                continue;
            }

            reader.Names.Define(name);
            if (Assignment.Read(reader, name, member) is { } assignment)
            {
                assignments.Add(assignment);
            }
        }

        return new SetStep(head, assignments);
    }
}

/// <summary>
/// One of the two is given. Text without <c>{{</c> is an expression: <c>total: amount * 1.21</c>. Text with it, and anything
/// that is not text, is a value whose strings are templates: <c>greeting: "Hello {{name}}"</c>.
/// </summary>
public sealed record Assignment(string Name, Expression? Expression, ValueTemplate? Value)
{
    internal static Assignment? Read(StepReader reader, string name, ManifestNode value)
    {
        if (value.Value.AsString() is { } text && !text.Contains("{{", StringComparison.Ordinal))
        {
            return reader.Expression(value) is { } expression ? new(name, expression, null) : null;
        }

        return reader.ValueTemplate(value) is { } template ? new(name, null, template) : null;
    }

    public Evaluation Evaluate(Scope scope) => Expression is { } expression ? expression.Evaluate(scope) : Value!.Render(scope);
}
