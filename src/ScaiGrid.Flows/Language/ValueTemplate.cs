using System.Diagnostics.CodeAnalysis;

namespace ScaiGrid.Flows.Language;

/// <summary>A value whose strings, at any depth, are templates: bindings, arguments, payloads. Names of members are not.</summary>
public sealed class ValueTemplate
{
    private readonly Node _root;
    private readonly Limits _limits;
    private readonly int _locals;

    private ValueTemplate(Node root, ValueTemplateParser parser, Limits limits)
    {
        (_root, _limits, _locals) = (root, limits, parser.Locals);
        (FreeNames, ReadsClock) = (parser.FreeNames, parser.ReadsClock);
    }

    /// <summary>No string in it has a hole: rendering gives the value itself.</summary>
    public bool IsConstant => _root is Literal;

    /// <summary>The names its expressions read from their scope.</summary>
    public IReadOnlyCollection<string> FreeNames { get; }

    /// <summary>It calls <c>now()</c>, and so needs <see cref="Scope.Now"/>.</summary>
    public bool ReadsClock { get; }

    /// <param name="value">Any value.</param>
    /// <param name="template">The compiled template; null when there are faults.</param>
    /// <param name="faults">Every fault, with the path of its string such as <c>items[0].name</c>; the path of the value itself is empty.</param>
    /// <param name="limits">Limits of each string, and of one rendering of the whole.</param>
    public static bool TryParse(
        Value value, [NotNullWhen(true)] out ValueTemplate? template, out IReadOnlyList<(string Path, SyntaxFault Fault)> faults,
        Limits? limits = null)
    {
        limits ??= Limits.Default;
        var parser = new ValueTemplateParser(limits);
        var root = parser.Parse(value, "", 0);
        faults = parser.Faults;
        template = parser.Faults.Count == 0 ? new(root, parser, limits) : null;
        return template is not null;
    }

    /// <summary>A fault's message begins with the path of its string; its position is within that string.</summary>
    public Evaluation Render(Scope scope)
    {
        var frame = new Frame(scope, _limits, "", _locals);
        return frame.Run(_root);
    }
}

internal sealed class ValueTemplateParser(Limits limits)
{
    public List<(string Path, SyntaxFault Fault)> Faults { get; } = [];

    private HashSet<string>? _freeNames;

    public IReadOnlyCollection<string> FreeNames => _freeNames ?? (IReadOnlyCollection<string>)[];

    public bool ReadsClock { get; private set; }

    public int Locals { get; private set; }

    public Node Parse(Value value, string path, int depth)
    {
        if (depth > limits.ValueDepth)
        {
            Faults.Add((path, new($"The value nests deeper than {limits.ValueDepth}.", new(1, 1, 0))));
            return new Literal(0, value);
        }

        return value.Kind switch
        {
            ValueKind.String => ParseText(value, path),
            ValueKind.Array => ParseArray(value, path, depth),
            ValueKind.Object => ParseObject(value, path, depth),
            _ => new Literal(0, value),
        };
    }

    private Node ParseText(Value value, string path)
    {
        if (!Template.TryParse(value.AsString()!, out var template, out var faults, limits))
        {
            Faults.AddRange(faults.Select(fault => (path, fault)));
            return new Literal(0, value);
        }

        if (template.FreeNames.Count > 0)
        {
            (_freeNames ??= new(StringComparer.Ordinal)).UnionWith(template.FreeNames);
        }

        ReadsClock |= template.ReadsClock;
        Locals = Math.Max(Locals, template.Locals);
        return template.IsConstant ? new Literal(0, value) : new Embedded(template, path);
    }

    private Node ParseArray(Value value, string path, int depth)
    {
        var items = value.Items.Select((item, i) => Parse(item, Paths.Item(path, i), depth + 1)).ToArray();
        return items.All(item => item is Literal) ? new Literal(0, value) : new ArrayLiteral(0, items);
    }

    private Node ParseObject(Value value, string path, int depth)
    {
        var members = value.Members.Select(m => Parse(m.Value, Paths.Member(path, m.Key), depth + 1)).ToArray();
        return members.All(member => member is Literal) ? new Literal(0, value) : new ObjectLiteral(0, [.. value.Members.Keys], members);
    }

    /// <summary>A template within a value: offsets within it are of its own text.</summary>
    private sealed class Embedded(Template template, string path) : Node(0, template.Root)
    {
        public override bool TryEvaluate(ref Frame frame, out Value value)
        {
            frame.Text = template.Text;
            if (template.Root.TryEvaluate(ref frame, out value))
            {
                return true;
            }

            if (path.Length > 0 && frame.Fault is { } fault)
            {
                frame.Fault = fault with { Message = $"{path}: {fault.Message}" };
            }

            return false;
        }
    }
}
