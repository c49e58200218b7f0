namespace ScaiGrid.Flows.Language;

/// <summary>What stands between operators: literals, names, brackets, and the members, indexes and calls after them.</summary>
internal sealed partial class Parser
{
    private Node? ParsePostfix()
    {
        var node = ParsePrimary();
        while (node is not null)
        {
            var at = _token.Start;
            switch (_token.Kind)
            {
                case TokenKind.Dot:
                    node = Bounded(ParseMember(node));
                    break;
                case TokenKind.OpenBracket:
                    Advance();
                    node = ParseExpression() is { } key && Expect(TokenKind.CloseBracket, "']'") ? Bounded(new Index(at, node, key)) : null;
                    break;
                case TokenKind.OpenParen:
                    Fail("Only a function can be called.");
                    return null;
                default:
                    return node;
            }
        }

        return null;
    }

    private Node? ParsePrimary()
    {
        var token = _token;
        switch (token.Kind)
        {
            case TokenKind.Number or TokenKind.Date:
                Advance();
                return new Literal(token.Start, token.Value);
            case TokenKind.Quote:
                return ParseString();
            case TokenKind.Name:
                return ParseName(token);
            case TokenKind.OpenParen:
                Advance();
                return ParseExpression() is { } inner && Expect(TokenKind.CloseParen, "')'") ? inner : null;
            case TokenKind.OpenBracket:
                return ParseArray();
            case TokenKind.OpenBrace:
                return ParseObject();
            case TokenKind.Dot:
                Fail("Expected an expression, found '.'; a number has a digit before its point.");
                return null;
            default:
                Fail(Expected("an expression"));
                return null;
        }
    }

    private Node? ParseName(Token token)
    {
        if (Is("in"))
        {
            Fail(Expected("an expression"));
            return null;
        }

        Advance();
        if (_token.Kind == TokenKind.Arrow)
        {
            Fail(Leftover());
            return null;
        }

        var name = token.In(text).ToString();
        if (_token.Kind == TokenKind.OpenParen)
        {
            return ParseCall(token, null);
        }

        if (name is "true" or "false" or "null")
        {
            return new Literal(token.Start, name == "null" ? Value.Null : name == "true");
        }

        var slot = _locals.LastIndexOf(name);
        if (slot >= 0)
        {
            return new Local(token.Start, slot);
        }

        (_freeNames ??= new(StringComparer.Ordinal)).Add(name);
        return new Name(token.Start, name);
    }

    private Node? ParseMember(Node target)
    {
        Advance();
        var token = _token;
        if (token.Kind != TokenKind.Name)
        {
            Fail(Expected("a member's name"));
            return null;
        }

        Advance();
        if (_token.Kind == TokenKind.OpenParen)
        {
            return ParseCall(token, target);
        }

        var name = token.In(text).ToString();
        return new Member(token.Start, target, name, Functions.Find(name) is { IsProperty: true } property ? property : null);
    }

    private Node? ParseArray()
    {
        var at = _token.Start;
        var items = new List<Node>();
        return ParseList(TokenKind.CloseBracket, "']'", () => Collect(items, ParseExpression())) ? Bounded(new ArrayLiteral(at, [.. items])) : null;
    }

    private Node? ParseObject()
    {
        var at = _token.Start;
        var names = new List<string>();
        var known = new HashSet<string>(StringComparer.Ordinal);
        var values = new List<Node>();
        return ParseList(TokenKind.CloseBrace, "'}'", ParseEntry) ? Bounded(new ObjectLiteral(at, [.. names], [.. values])) : null;

        bool ParseEntry()
        {
            var start = _token.Start;
            if (ParseEntryName() is not { } name)
            {
                return false;
            }

            names.Add(name);
            if (!known.Add(name))
            {
                FailAt(start, $"The member '{name}' is there twice.");
            }

            return Expect(TokenKind.Colon, "':'") && Collect(values, ParseExpression());
        }
    }

    private string? ParseEntryName()
    {
        var token = _token;
        if (token.Kind == TokenKind.Name)
        {
            Advance();
            return token.In(text).ToString();
        }

        if (token.Kind != TokenKind.Quote)
        {
            Fail(Expected("the name of a member"));
            return null;
        }

        var quoted = ParseString();
        if (quoted is Interpolation)
        {
            FailAt(token.Start, "The name of a member cannot be computed.");
        }

        return (quoted as Literal)?.Value.ToText();
    }

    /// <summary>Items between brackets with commas between them, one allowed after the last.</summary>
    private bool ParseList(TokenKind close, string closing, Func<bool> parseItem)
    {
        var succeeded = true;
        Advance();
        while (_token.Kind != close)
        {
            if (!parseItem())
            {
                succeeded = false;
                SkipItem();
            }

            if (_token.Kind == TokenKind.Comma)
            {
                Advance();
            }
            else if (_token.Kind != close)
            {
                if (succeeded)
                {
                    Fail(Expected($"',' or {closing}"));
                }

                return false;
            }
        }

        Advance();
        return succeeded;
    }

    private static bool Collect(List<Node> nodes, Node? node)
    {
        if (node is not null)
        {
            nodes.Add(node);
        }

        return node is not null;
    }

    /// <summary>To the comma or bracket that ends a faulty item.</summary>
    private void SkipItem()
    {
        for (var open = 0; _token.Kind != TokenKind.End && _token.Start <= _last; Advance())
        {
            switch (_token.Kind)
            {
                case TokenKind.Comma when open == 0:
                    return;
                case TokenKind.OpenParen or TokenKind.OpenBracket or TokenKind.OpenBrace:
                    open++;
                    break;
                case TokenKind.CloseParen or TokenKind.CloseBracket or TokenKind.CloseBrace when open-- == 0:
                    return;
            }
        }
    }
}
