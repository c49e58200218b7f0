using System.Diagnostics.CodeAnalysis;

namespace ScaiGrid.Flows.Language;

/// <summary>
/// Text with expressions in <c>{{…}}</c>, each shown as <see cref="Value.ToText"/>. A template that is exactly one
/// <c>{{…}}</c> yields the value itself. Text without a hole stays as it is; <c>{{ "{{" }}</c> writes two braces.
/// </summary>
public sealed class Template
{
    private readonly Limits _limits;
    private readonly int _locals;

    private Template(string text, Node root, Parser parser, Limits limits)
    {
        (Text, Root, _limits, _locals) = (text, root, limits, parser.LocalCount);
        (FreeNames, ReadsClock) = (parser.FreeNames, parser.ReadsClock);
    }

    private Template(string constant, Limits limits) => (Text, Root, _limits, FreeNames) = (constant, new Literal(0, constant), limits, []);

    public string Text { get; }

    /// <summary>It has no holes: rendering gives its text.</summary>
    public bool IsConstant => Root is Literal;

    /// <summary>The names its expressions read from their scope.</summary>
    public IReadOnlyCollection<string> FreeNames { get; }

    /// <summary>It calls <c>now()</c>, and so needs <see cref="Scope.Now"/>.</summary>
    public bool ReadsClock { get; }

    internal Node Root { get; }

    internal int Locals => _locals;

    public static bool TryParse(
        string text, [NotNullWhen(true)] out Template? template, out IReadOnlyList<SyntaxFault> faults, Limits? limits = null)
    {
        limits ??= Limits.Default;
        template = null;
        if (text.Length > limits.TemplateLength)
        {
            faults = [new($"The template is longer than {limits.TemplateLength} characters.", Position.Of(text, limits.TemplateLength))];
            return false;
        }

        if (!text.Contains("{{", StringComparison.Ordinal))
        {
            (template, faults) = (new(text, limits), []);
            return true;
        }

        var found = new List<SyntaxFault>();
        faults = found;
        var parser = new Parser(text, limits, found);
        var parts = ParseParts(text, parser);
        if (found.Count > 0)
        {
            return false;
        }

        template = new(text, Join(parts), parser, limits);
        return true;
    }

    public Evaluation Render(Scope scope)
    {
        var frame = new Frame(scope, _limits, Text, _locals);
        return frame.Run(Root);
    }

    public override string ToString() => Text;

    private static List<Node> ParseParts(string text, Parser parser)
    {
        var parts = new List<Node>();
        var at = 0;
        for (var open = Open(0); open >= 0 && !parser.HasGivenUp; open = Open(at))
        {
            if (open > at)
            {
                parts.Add(new Literal(at, text[at..open]));
            }

            var node = parser.ParseHole(open + 2, out at);
            if (node is null)
            {
                at = text.IndexOf("}}", open + 2, StringComparison.Ordinal) is var close and >= 0 ? close + 2 : text.Length;
                continue;
            }

            parts.Add(node is Literal { Value: var constant } ? new Constant(node.At, constant) : node);
        }

        if (at < text.Length)
        {
            parts.Add(new Literal(at, text[at..]));
        }

        return parts;

        int Open(int from) => text.IndexOf("{{", from, StringComparison.Ordinal);
    }

    private static Node Join(List<Node> parts) => parts.Count switch
    {
        1 => parts[0],
        _ => new Interpolation(0, [.. parts]),
    };
}
