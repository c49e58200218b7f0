namespace ScaiGrid.Flows.Language;

/// <summary>
/// Precedence climbing over <see cref="Lexer"/>, with a bounded depth. A method that returns null has reported a fault;
/// after one, lists go on at the next comma, so that an author sees more than the first.
/// </summary>
internal sealed partial class Parser(string text, Limits limits, List<SyntaxFault> faults)
{
    private const int MostFaults = 20;
    private const int ConditionalPower = 1;
    private const int UnaryPower = 9;

    private readonly List<string> _locals = [];
    private HashSet<string>? _freeNames;
    private Token _token;
    private int _last = limits.ExpressionLength;
    private int _depth;
    private bool _isTooDeep;

    /// <summary>How many lambdas stand within each other at most.</summary>
    public int LocalCount { get; private set; }

    public IReadOnlyCollection<string> FreeNames => _freeNames ?? (IReadOnlyCollection<string>)[];

    public bool ReadsClock { get; private set; }

    /// <summary>So many faults were reported that looking for more helps nobody.</summary>
    public bool HasGivenUp => faults.Count >= MostFaults;

    /// <summary>The whole text as one expression.</summary>
    public Node? ParseText()
    {
        MoveTo(0);
        var node = ParseExpression();
        if (node is not null && _token.Kind != TokenKind.End)
        {
            Fail(Leftover());
            return null;
        }

        return node;
    }

    /// <summary>An expression within other text, closed by <c>}}</c>; the end is after that.</summary>
    public Node? ParseHole(int from, out int end)
    {
        (_last, _isTooDeep) = (from + limits.ExpressionLength, false);
        MoveTo(from);
        var node = ParseExpression();
        end = _token.Start + 2;
        if (node is null)
        {
            return null;
        }

        if (_token.Kind == TokenKind.CloseBrace && _token.End < text.Length && text[_token.End] == '}')
        {
            return node;
        }

        Fail(_token.Kind is TokenKind.End or TokenKind.CloseBrace ? "Expected '}}'." : Leftover());
        return null;
    }

    private Node? ParseExpression(int power = 0)
    {
        if (!TryEnter())
        {
            return null;
        }

        var left = ParseUnary();
        while (left is not null)
        {
            if (_token.Kind == TokenKind.Question && power <= ConditionalPower)
            {
                left = Bounded(ParseConditional(left));
                continue;
            }

            var (operation, strength) = (_token, Power());
            if (strength == 0 || strength < power)
            {
                break;
            }

            Advance();
            left = ParseExpression(strength + 1) is { } right ? Bounded(Binary(operation, left, right)) : null;
        }

        _depth--;
        return left;
    }

    private Conditional? ParseConditional(Node condition)
    {
        var at = _token.Start;
        Advance();
        if (ParseExpression(ConditionalPower) is not { } then || !Expect(TokenKind.Colon, "':'")
            || ParseExpression(ConditionalPower) is not { } otherwise)
        {
            return null;
        }

        return new(at, condition, then, otherwise);
    }

    /// <summary>How strongly the operator at hand binds; 0 when there is none.</summary>
    private int Power() => _token.Kind switch
    {
        TokenKind.Coalesce => 2,
        TokenKind.Or => 3,
        TokenKind.And => 4,
        TokenKind.Equal or TokenKind.NotEqual => 5,
        TokenKind.Less or TokenKind.LessOrEqual or TokenKind.Greater or TokenKind.GreaterOrEqual => 6,
        TokenKind.Name when Is("in") => 6,
        TokenKind.Plus or TokenKind.Minus => 7,
        TokenKind.Star or TokenKind.Slash or TokenKind.Percent => 8,
        _ => 0,
    };

    private static Node Binary(Token operation, Node left, Node right) => operation.Kind switch
    {
        TokenKind.Coalesce => new Coalesce(operation.Start, left, right),
        TokenKind.Or => new Logical(operation.Start, true, left, right),
        TokenKind.And => new Logical(operation.Start, false, left, right),
        TokenKind.Equal => new Equal(operation.Start, false, left, right),
        TokenKind.NotEqual => new Equal(operation.Start, true, left, right),
        TokenKind.Name => new In(operation.Start, left, right),
        TokenKind.Plus => new Arithmetic(operation.Start, ArithmeticOperator.Add, left, right),
        TokenKind.Minus => new Arithmetic(operation.Start, ArithmeticOperator.Subtract, left, right),
        TokenKind.Star => new Arithmetic(operation.Start, ArithmeticOperator.Multiply, left, right),
        TokenKind.Slash => new Arithmetic(operation.Start, ArithmeticOperator.Divide, left, right),
        TokenKind.Percent => new Arithmetic(operation.Start, ArithmeticOperator.Remainder, left, right),
        _ => new Ordering(operation.Start, operation.Kind, left, right),
    };

    private Node? ParseUnary()
    {
        var operation = _token;
        if (operation.Kind is not (TokenKind.Not or TokenKind.Minus))
        {
            return ParsePostfix();
        }

        Advance();
        if (ParseExpression(UnaryPower) is not { } operand)
        {
            return null;
        }

        return operation.Kind == TokenKind.Not
            ? new Not(operation.Start, operand)
            : operand is Literal { Value: var value } && value.TryGetDecimal(out var number)
                ? new Literal(operation.Start, -number)
                : new Negate(operation.Start, operand);
    }

    private bool TryEnter()
    {
        if (_depth < limits.Nesting)
        {
            _depth++;
            return true;
        }

        if (!_isTooDeep)
        {
            _isTooDeep = true;
            Fail($"The expression nests deeper than {limits.Nesting}.");
        }

        return false;
    }

    /// <summary>Refuses a node that would make evaluation recurse too deep.</summary>
    private Node? Bounded(Node? node)
    {
        if (node is null || node.Depth <= limits.Chain)
        {
            return node;
        }

        FailAt(node.At, $"More than {limits.Chain} operators follow each other.");
        return null;
    }

    private void MoveTo(int offset)
    {
        _token = Lexer.Read(text, offset);
        if (_token.Start > _last)
        {
            _token = new(TokenKind.Bad, _token.Start, _token.End, $"The expression is longer than {limits.ExpressionLength} characters.");
        }
    }

    private void Advance() => MoveTo(_token.End);

    private bool Is(string name) => _token.In(text).SequenceEqual(name);

    private bool Expect(TokenKind kind, string expected)
    {
        if (_token.Kind == kind)
        {
            Advance();
            return true;
        }

        Fail(Expected(expected));
        return false;
    }

    private string Expected(string what) =>
        _token.Kind == TokenKind.Bad ? _token.Value.ToText() : $"Expected {what}, found {_token.Describe(text)}.";

    /// <summary>What to say of a token after a whole expression.</summary>
    private string Leftover() => _token.Kind switch
    {
        TokenKind.Bad => _token.Value.ToText(),
        TokenKind.Name when Is("and") => "'and' is written '&&'.",
        TokenKind.Name when Is("or") => "'or' is written '||'.",
        TokenKind.Name when Is("not") => "'not' is written '!', as in !(a in b).",
        TokenKind.Arrow => "A lambda is one name, '=>' and an expression, and stands only as an argument.",
        TokenKind.Pipe => "'|' is not an operator; 'or' is '||'.",
        _ => $"Expected an operator or the end, found {_token.Describe(text)}.",
    };

    private void Fail(string message) => FailAt(_token.Start, message);

    private void FailAt(int offset, string message)
    {
        if (!HasGivenUp)
        {
            faults.Add(new(message, Position.Of(text, offset)));
        }
    }
}
