using ScaiGrid.Flows.Graph.Shapes;
using ScaiGrid.Flows.Language;
using ScaiGrid.Flows.Manifests;

namespace ScaiGrid.Flows.Graph.Analysis;

/// <summary>
/// The walk that also reads what is written in a flow: expressions, templates, types, times. What depends on the rest of the
/// flow, names and roles, it collects.
/// </summary>
internal sealed class MeaningWalk : ShapeWalk
{
    private Subject _subject;
    private int _owner;

    public List<NameUse> Uses { get; } = [];

    /// <summary>Every role that a node names.</summary>
    public List<(string Role, string? NodeId, string Path)> Roles { get; } = [];

    /// <summary>Every name that some node assigns.</summary>
    public HashSet<string> Assigned { get; } = new(StringComparer.Ordinal);

    /// <summary>The fields of declared answers.</summary>
    public HashSet<string> AnswerFields { get; } = new(StringComparer.Ordinal);

    /// <summary>Names that are read where this walk does not follow them.</summary>
    public HashSet<string> MayBeRead { get; } = new(StringComparer.Ordinal);

    /// <summary>What is written as in a manifest, to be read by the manifest's reader.</summary>
    public List<ManifestPart> Parts { get; } = [];

    public override void Enter(Subject subject, Value value)
    {
        if (subject != Subject.None)
        {
            (_subject, _owner) = (subject, Here.Index);
        }

        base.Enter(subject, value);
    }

    public override void Leave(Subject subject)
    {
        _subject = subject == Subject.None ? _subject : Subject.None;
        base.Leave(subject);
    }

    public override void Means(Meaning meaning, Value value)
    {
        switch (meaning)
        {
            case Meaning.Expression or Meaning.Validation or Meaning.Check or Meaning.Template when value.Kind == ValueKind.Array:
                break; // each item was looked at by itself
            case Meaning.Expression or Meaning.Validation or Meaning.Check:
                ReadExpression(value.ToText(), PointOf(meaning), meaning != Meaning.Check);
                break;
            case Meaning.Template:
                ReadTemplate(value.AsString()!, UsePoint.Before);
                break;
            case Meaning.ValueTemplate:
                ReadValueTemplate(value);
                break;
            case Meaning.Assignments:
                ReadAssignments(value);
                break;
            case Meaning.FallbackSteps when value.AsString() is { } text:
                ReadTemplate(text, UsePoint.OnAnswer);
                break;
            case Meaning.FallbackSteps:
                Parts.Add(new(meaning, value, NodeId, Path));
                CollectWords(value);
                break;
            case Meaning.FailurePolicies:
                Parts.Add(new(meaning, value, NodeId, Path));
                break;
            case Meaning.OutputType:
                ReadType(value);
                break;
            default:
                ReadWord(meaning, value.AsString() ?? "");
                break;
        }
    }

    private void ReadWord(Meaning meaning, string text)
    {
        switch (meaning)
        {
            case Meaning.Duration when !Duration.TryParse(text, out _):
                Error(FlowCodes.Duration, $"'{text}' is not a duration: a whole number and s, m, h, d or w, such as 30s or 2d.");
                break;
            case Meaning.Cron when CronExpression.FaultOf(text) is { } fault:
                Error(FlowCodes.Cron, $"'{Shown(text)}' is not a schedule: {fault}");
                break;
            case Meaning.TimeZone when !ZoneName.TryFind(text, out _):
                Error(FlowCodes.TimeZone, $"'{text}' is not a time zone, such as UTC or Europe/Amsterdam.");
                break;
            case Meaning.Role:
                Roles.Add((text, NodeId, Path));
                break;
            case Meaning.Name when ManifestNode.IsReserved(text):
                Error(FlowCodes.ReservedName, $"'{text}' has a meaning of its own in expressions; choose another name.");
                break;
        }
    }

    private UsePoint PointOf(Meaning meaning) => meaning == Meaning.Validation ? UsePoint.OnAnswer
        : _subject == Subject.Edge ? UsePoint.After
        : Here.Name == "condition" ? UsePoint.BeforeTurn
        : UsePoint.Before;

    private void ReadExpression(string text, UsePoint point, bool seesFlow = true)
    {
        if (!Expression.TryParse(ExpressionText.Unwrap(text), out var expression, out var faults))
        {
            Faults(FlowCodes.Expression, faults);
        }
        else if (seesFlow)
        {
            Use(expression.FreeNames, point);
        }
    }

    private void ReadTemplate(string text, UsePoint point)
    {
        if (Template.TryParse(text, out var template, out var faults))
        {
            Use(template.FreeNames, point);
        }
        else
        {
            Faults(FlowCodes.Template, faults);
        }
    }

    private void ReadValueTemplate(Value value)
    {
        if (ValueTemplate.TryParse(value, out var template, out var faults))
        {
            Use(template.FreeNames, UsePoint.Before);
            return;
        }

        var path = Path;
        foreach (var (within, fault) in faults)
        {
            Add(new(Severity.Error, FlowCodes.Template, Told(fault), Paths.Join(path, within), NodeId: NodeId, EdgeId: EdgeId));
        }
    }

    private void ReadAssignments(Value value)
    {
        foreach (var (name, assigned) in value.Members)
        {
            Push(name);
            Assigned.Add(name);
            ReadWord(Meaning.Name, name);
            if (assigned.AsString() is { } text && !text.Contains("{{", StringComparison.Ordinal))
            {
                ReadExpression(text, UsePoint.Before);
            }
            else
            {
                ReadValueTemplate(assigned);
            }

            Pop();
        }
    }

    private void ReadType(Value value)
    {
        if (OutputType.TryParse(value, out var type, out var faults))
        {
            AnswerFields.UnionWith(type.FieldNames);
            return;
        }

        var path = Path;
        foreach (var (within, fault) in faults)
        {
            Add(new(Severity.Error, FlowCodes.OutputType, Told(fault), Paths.Join(path, within), NodeId: NodeId));
        }
    }

    private void CollectWords(Value value)
    {
        if (value.AsString() is { } text)
        {
            MayBeRead.UnionWith(ExpressionText.Words(text));
        }

        foreach (var item in value.Items)
        {
            CollectWords(item);
        }

        foreach (var (_, member) in value.Members)
        {
            CollectWords(member);
        }
    }

    private void Use(IReadOnlyCollection<string> names, UsePoint point)
    {
        if (names.Count == 0 || _subject == Subject.None)
        {
            return;
        }

        var path = Path;
        foreach (var name in names)
        {
            Uses.Add(new(name, point, _owner, path));
        }
    }

    private void Faults(string code, IReadOnlyList<SyntaxFault> faults)
    {
        foreach (var fault in faults)
        {
            Error(code, Told(fault));
        }
    }

    private static string Told(SyntaxFault fault) => $"{fault.Message} (at {fault.Position}).";
}
