namespace ScaiGrid.Flows.Language;

/// <summary>Calls, which are checked against the standard library here, so that evaluation need not.</summary>
internal sealed partial class Parser
{
    /// <summary><c>x.f(…)</c> with x as the target, or <c>f(x, …)</c> with no target, whose first argument it is.</summary>
    private Node? ParseCall(Token name, Node? target)
    {
        var function = Functions.Find(name.In(text));
        var isClock = target is null && name.In(text).SequenceEqual("now");
        if (function is null && !isClock)
        {
            var nearest = Functions.Nearest(name.In(text));
            FailAt(name.Start, $"There is no function '{name.In(text)}'{(nearest is null ? "" : $"; did you mean '{nearest}'")}{(nearest is null ? '.' : '?')}");
        }

        var arguments = new List<Node>();
        Lambda? lambda = null;
        if (!ParseList(TokenKind.CloseParen, "')'", ParseArgument))
        {
            return null;
        }

        if (isClock && arguments.Count == 0 && lambda is null)
        {
            ReadsClock = true;
            return new Clock(name.Start);
        }

        return function is null
            ? isClock ? Refuse("'now' takes no arguments.") : null
            : Build(name, function, target, arguments, lambda);

        bool ParseArgument()
        {
            if (_token.Kind != TokenKind.Name || Lexer.Read(text, _token.End).Kind != TokenKind.Arrow)
            {
                return Collect(arguments, ParseExpression());
            }

            if (lambda is not null || function is { TakesLambda: false } || isClock)
            {
                Fail(lambda is null ? $"'{name.In(text)}' takes no lambda." : $"'{name.In(text)}' takes one lambda.");
            }

            lambda = ParseLambda();
            return lambda is not null;
        }

        Node? Refuse(string message)
        {
            FailAt(name.Start, message);
            return null;
        }
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
