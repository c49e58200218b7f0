namespace ScaiGrid.Flows.Language;

/// <summary>Calls, which are checked against the standard library here, so that evaluation need not.</summary>
internal sealed partial class Parser
{
    /// <summary><c>x.f(…)</c> with x as the target, or <c>f(x, …)</c> with no target, whose first argument it is.</summary>
    private Node? ParseCall(Token name, Node? target)
    {
        if (target is null && name.In(text).SequenceEqual("now"))
        {
            return ParseClock(name);
        }

        var function = Functions.Find(name.In(text));
        if (function is null)
        {
            var hint = Functions.Nearest(name.In(text)) is { } nearest ? $"; did you mean '{nearest}'?" : ".";
            FailAt(name.Start, $"There is no function '{name.In(text)}'{hint}");
        }

        var arguments = new List<Node>();
        Lambda? lambda = null;
        return ParseList(TokenKind.CloseParen, "')'", ParseArgument) && function is not null
            ? Build(name, function, target, arguments, lambda)
            : null;

        bool ParseArgument()
        {
            if (_token.Kind != TokenKind.Name || Lexer.Read(text, _token.End).Kind != TokenKind.Arrow)
            {
                return Collect(arguments, ParseExpression());
            }

            if (lambda is not null || function is { TakesLambda: false })
            {
                Fail($"'{name.In(text)}' takes {(lambda is null ? "no" : "one")} lambda.");
            }

            lambda = ParseLambda();
            return lambda is not null;
        }
    }

    private Clock? ParseClock(Token name)
    {
        Advance();
        if (_token.Kind != TokenKind.CloseParen)
        {
            FailAt(name.Start, "'now' takes no arguments.");
            return null;
        }

        Advance();
        ReadsClock = true;
        return new(name.Start);
    }

    private Lambda? ParseLambda()
    {
        var slot = _locals.Count;
        _locals.Add(_token.In(text).ToString());
        LocalCount = Math.Max(LocalCount, _locals.Count);
        Advance();
        Advance();
        var body = ParseExpression();
        _locals.RemoveAt(slot);
        return body is null ? null : new(slot, body);
    }

    private Node? Build(Token name, Function function, Node? target, List<Node> arguments, Lambda? lambda)
    {
        if (target is null && arguments.Count > 0)
        {
            (target, arguments) = (arguments[0], arguments[1..]);
        }

        var (fewest, most) = function.Arguments;
        var given = arguments.Count + (lambda is null ? 0 : 1);
        if (target is null)
        {
            FailAt(name.Start, $"'{function.Name}' needs the value it works on: x.{function.Name}(…) or {function.Name}(x…).");
        }
        else if (given < fewest || given > most)
        {
            FailAt(name.Start, $"'{function.Name}' takes {Count(fewest, most, function.TakesLambda)}, found {given}.");
        }
        else if (function.TakesLambda && arguments.Count > 0)
        {
            FailAt(arguments[0].At, $"'{function.Name}' takes a lambda, such as x => x.amount.");
        }
        else
        {
            return Bounded(new Call(name.Start, function, target, arguments.ElementAtOrDefault(0), arguments.ElementAtOrDefault(1), lambda));
        }

        return null;
    }

    private static string Count(int fewest, int most, bool isLambda)
    {
        var what = isLambda ? "lambda" : most == 1 ? "argument" : "arguments";
        return most == 0 ? "no arguments" : fewest == most ? $"{most} {what}" : fewest == 0 && most == 1 ? $"at most 1 {what}" : $"{fewest} to {most} {what}";
    }
}
