using System.Diagnostics.CodeAnalysis;

namespace ScaiGrid.Flows.Language;

/// <summary>
/// An expression, compiled once and evaluated as often as wanted, by any number of threads. What it costs is bounded by
/// <see cref="Limits"/>; it has no effects and reads nothing but its scope.
/// </summary>
public sealed class Expression
{
    private readonly Node _root;
    private readonly Limits _limits;
    private readonly int _locals;

    private Expression(string text, Node root, Parser parser, Limits limits)
    {
        (Text, _root, _limits, _locals) = (text, root, limits, parser.LocalCount);
        (FreeNames, ReadsClock) = (parser.FreeNames, parser.ReadsClock);
    }

    public string Text { get; }

    /// <summary>The names it reads from its scope, without lambda parameters.</summary>
    public IReadOnlyCollection<string> FreeNames { get; }

    /// <summary>It calls <c>now()</c>, and so needs <see cref="Scope.Now"/>.</summary>
    public bool ReadsClock { get; }

    public static bool TryParse(
        string text, [NotNullWhen(true)] out Expression? expression, out IReadOnlyList<SyntaxFault> faults, Limits? limits = null)
    {
        limits ??= Limits.Default;
        expression = null;
        if (text.Length > limits.ExpressionLength)
        {
            faults = [new($"The expression is longer than {limits.ExpressionLength} characters.", Position.Of(text, limits.ExpressionLength))];
            return false;
        }

        var found = new List<SyntaxFault>();
        faults = found;
        var parser = new Parser(text, limits, found);
        if (parser.ParseText() is not { } root || found.Count > 0)
        {
            return false;
        }

        expression = new(text, root, parser, limits);
        return true;
    }

    public Evaluation Evaluate(Scope scope)
    {
        var frame = new Frame(scope, _limits, Text, _locals);
        return frame.Run(_root);
    }

    public override string ToString() => Text;
}
