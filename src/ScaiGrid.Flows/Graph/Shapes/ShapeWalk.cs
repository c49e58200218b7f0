using System.Globalization;
using System.Text;
using ScaiGrid.Flows.Language;

namespace ScaiGrid.Flows.Graph.Shapes;

/// <summary>One walk over a value: where it is, whose part that is, and the faults found. The first thousand are told, the rest counted.</summary>
internal class ShapeWalk
{
    public const int MostDiagnostics = 1000;

    private readonly List<(string? Name, int Index)> _place = [];
    private readonly List<Diagnostic> _diagnostics = [];
    private int _untold;

    public int Errors { get; private set; }

    /// <summary>The node being walked over; null outside of nodes.</summary>
    public string? NodeId { get; private set; }

    /// <summary>The edge being walked over; null outside of edges.</summary>
    public string? EdgeId { get; private set; }

    /// <summary>Such as <c>nodes[2].config.goal</c>.</summary>
    public string Path
    {
        get
        {
            var path = new StringBuilder();
            foreach (var (name, index) in _place)
            {
                _ = name is null ? path.Append(CultureInfo.InvariantCulture, $"[{index}]")
                    : path.Append(path.Length == 0 ? "" : ".").Append(Shown(name));
            }

            return path.ToString();
        }
    }

    /// <summary>The name of the member at hand, or the number of the item.</summary>
    protected (string? Name, int Index) Here => _place[^1];

    public void Push(string name) => _place.Add((name, 0));

    public void Push(int index) => _place.Add((null, index));

    public void Pop() => _place.RemoveAt(_place.Count - 1);

    public virtual void Enter(Subject subject, Value value)
    {
        if (subject == Subject.Node)
        {
            NodeId = Identity(value);
        }
        else if (subject == Subject.Edge)
        {
            EdgeId = Identity(value);
        }
    }

    public virtual void Leave(Subject subject)
    {
        if (subject != Subject.None)
        {
            (NodeId, EdgeId) = (null, null);
        }
    }

    public virtual void Means(Meaning meaning, Value value)
    {
    }

    public void Error(string code, string message) => Add(new(Severity.Error, code, message, Path, NodeId: NodeId, EdgeId: EdgeId));

    public void Warning(string code, string message) => Add(new(Severity.Warning, code, message, Path, NodeId: NodeId, EdgeId: EdgeId));

    public void Add(Diagnostic diagnostic)
    {
        Errors += diagnostic.Severity == Severity.Error ? 1 : 0;
        if (_diagnostics.Count < MostDiagnostics)
        {
            _diagnostics.Add(diagnostic);
        }
        else
        {
            _untold++;
        }
    }

    public void WrongType(Admits admits, Value value) =>
        Error(FlowCodes.WrongType, $"Must be {admits.Describe()}, not {Kinds.Name(value)}.");

    /// <summary>A text of the author within a message, cut to what can be read.</summary>
    public static string Shown(string text) => text.Length <= 80 ? text : string.Concat(text.AsSpan(0, CodePoints.LengthAt(text, 79) == 2 ? 79 : 80), "…");

    /// <summary>What was found, by place; the count of what was not told comes last.</summary>
    public IReadOnlyList<Diagnostic> Diagnostics()
    {
        var sorted = new List<Diagnostic>(_diagnostics);
        sorted.Sort(DiagnosticOrder.Instance);
        if (_untold > 0)
        {
            sorted.Add(new(Severity.Error, FlowCodes.More, $"There are {_untold} more faults.", ""));
        }

        return sorted;
    }

    private static string? Identity(Value value) => value["id"].AsString() is { Length: <= 128 } id ? id : null;
}

internal static class AdmitsWords
{
    public static string Describe(this Admits admits)
    {
        string[] words =
        [
            .. admits.HasFlag(Admits.Text) ? ["text"] : Array.Empty<string>(),
            .. admits.HasFlag(Admits.Whole) ? ["a whole number"] : Array.Empty<string>(),
            .. admits.HasFlag(Admits.Number) ? ["a number"] : Array.Empty<string>(),
            .. admits.HasFlag(Admits.Bool) ? ["true or false"] : Array.Empty<string>(),
            .. admits.HasFlag(Admits.List) ? ["a list"] : Array.Empty<string>(),
            .. admits.HasFlag(Admits.Object) ? ["an object"] : Array.Empty<string>(),
        ];
        return words.Length == 1 ? words[0] : $"{string.Join(", ", words[..^1])} or {words[^1]}";
    }
}
