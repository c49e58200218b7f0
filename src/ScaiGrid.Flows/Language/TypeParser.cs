using System.Collections.Immutable;

namespace ScaiGrid.Flows.Language;

/// <summary>Reads types: <c>float</c>, <c>enum[a, b]</c>, <c>array[T]</c>, <c>map[string, T]</c>, <c>T?</c>, <c>"a" | "b"</c>, <c>{ name: T }</c>.</summary>
internal sealed class TypeParser
{
    private const int MostNesting = 20;
    private const int MostCharacters = 16 * 1024;

    private readonly string _text;
    private readonly List<(string, SyntaxFault)> _faults;
    private readonly string _path;
    private Token _token;

    private TypeParser(string text, string path, List<(string, SyntaxFault)> faults)
    {
        (_text, _path, _faults) = (text, path, faults);
        _token = Lexer.Read(text, 0);
    }

    public static TypeNode? Parse(Value declaration, string path, int depth, List<(string Path, SyntaxFault Fault)> faults)
    {
        if (depth <= MostNesting && declaration.TryGetString(out var text) && text.Length <= MostCharacters)
        {
            return new TypeParser(text, path, faults).ParseText(depth);
        }

        if (depth <= MostNesting && declaration.TryGetObject(out var members))
        {
            var types = members.Select(m => Parse(m.Value, Paths.Member(path, m.Key), depth + 1, faults)).ToList();
            return types.Contains(null) ? null : new ObjectType(members.Keys, types.OfType<TypeNode>().ToImmutableArray());
        }

        faults.Add((path, new(
            depth > MostNesting ? $"The type nests deeper than {MostNesting}."
            : declaration.Kind == ValueKind.String ? $"The type is longer than {MostCharacters} characters."
            : $"A type is text or an object of types, not {Kinds.Name(declaration)}.", new(1, 1, 0))));
        return null;
    }

    private TypeNode? ParseText(int depth)
    {
        var type = ParseUnion(depth);
        return type is null || _token.Kind == TokenKind.End ? type : Fail("Expected '|', '?' or the end");
    }

    private TypeNode? ParseUnion(int depth)
    {
        var start = _token.Start;
        var types = new List<TypeNode>();
        var options = new List<string>();
        var isOptional = false;
        do
        {
            if (types.Count + options.Count > 0 || isOptional)
            {
                Advance();
            }

            var at = _token.Start;
            if (_token.Kind == TokenKind.Quote)
            {
                if (!TryReadQuoted(options))
                {
                    return null;
                }

                if (options.IndexOf(options[^1]) < options.Count - 1)
                {
                    return FailAt(at, $"The option '{options[^1]}' is there twice.");
                }
            }
            else if (_token.Kind == TokenKind.Name && _token.In(_text).SequenceEqual("null"))
            {
                isOptional = true;
                Advance();
            }
            else if (ParseSuffixed(depth) is { } type)
            {
                types.Add(type);
            }
            else
            {
                return null;
            }
        }
        while (_token.Kind == TokenKind.Pipe);

        if (options.Count > 0)
        {
            types.Add(ScalarType.OneOf(options));
        }

        var text = _text[start..Math.Min(_token.Start, _text.Length)].Trim();
        TypeNode union = types.Count switch { 0 => ScalarType.ByName["null"], 1 => types[0], _ => new UnionType(types, text) };
        while (_token.Kind is TokenKind.Question)
        {
            isOptional = true;
            Advance();
        }

        return isOptional && types.Count > 0 && union is not OptionalType ? new OptionalType(union) : union;
    }

    private TypeNode? ParseSuffixed(int depth)
    {
        var type = ParsePrimary(depth);
        while (type is not null && _token.Kind == TokenKind.Question)
        {
            type = type is OptionalType ? type : new OptionalType(type);
            Advance();
        }

        return type;
    }

    private TypeNode? ParsePrimary(int depth)
    {
        if (depth > MostNesting)
        {
            return Fail($"The type nests deeper than {MostNesting}; here");
        }

        if (_token.Kind == TokenKind.OpenBrace)
        {
            return ParseFields(depth);
        }

        if (_token.Kind == TokenKind.OpenParen)
        {
            Advance();
            return ParseUnion(depth + 1) is { } inner && Expect(TokenKind.CloseParen, "')'") ? inner : null;
        }

        if (_token.Kind != TokenKind.Name)
        {
            return Fail("Expected a type");
        }

        var name = _token;
        Advance();
        var word = name.In(_text).ToString();
        var hasBracket = _token.Kind is TokenKind.OpenBracket or TokenKind.Less;
        return (word, hasBracket) switch
        {
            ("enum", _) => ParseEnum(),
            ("array", true) => ParseBracketed(depth, static item => new ArrayType(item)),
            ("map", _) => ParseMap(depth),
            _ when ScalarType.ByName.TryGetValue(word, out var scalar) => scalar,
            _ => FailAt(name.Start, $"There is no type '{word}'; types are {string.Join(", ", ScalarType.ByName.Keys)}, enum[…], array[…] and map[string, …]."),
        };
    }

    private TypeNode? ParseBracketed(int depth, Func<TypeNode, TypeNode> make)
    {
        var close = _token.Kind == TokenKind.Less ? TokenKind.Greater : TokenKind.CloseBracket;
        Advance();
        return ParseUnion(depth + 1) is { } item && Expect(close, close == TokenKind.Greater ? "'>'" : "']'") ? make(item) : null;
    }

    private TypeNode? ParseMap(int depth)
    {
        var close = _token.Kind == TokenKind.Less ? TokenKind.Greater : TokenKind.CloseBracket;
        if (_token.Kind is not (TokenKind.OpenBracket or TokenKind.Less))
        {
            return Fail("Expected '[string, …]' after 'map'");
        }

        Advance();
        if (_token.Kind != TokenKind.Name || !_token.In(_text).SequenceEqual("string"))
        {
            return Fail("The keys of a map are of type string");
        }

        Advance();
        return Expect(TokenKind.Comma, "','") && ParseUnion(depth + 1) is { } item && Expect(close, close == TokenKind.Greater ? "'>'" : "']'")
            ? new MapType(item)
            : null;
    }

    /// <summary>The options are plain words, of any characters but the comma and the closing bracket, or quoted.</summary>
    private TypeNode? ParseEnum()
    {
        var closing = _token.Kind == TokenKind.Less ? '>' : ']';
        var end = _token.Kind is TokenKind.OpenBracket or TokenKind.Less ? _text.IndexOf(closing, _token.End) : -1;
        if (end < 0)
        {
            return Fail("Expected '[', options with commas between them, and ']' after 'enum'");
        }

        var options = _text[_token.End..end].Split(',', StringSplitOptions.TrimEntries).Select(Unquoted).ToList();
        if (options.Contains(""))
        {
            return FailAt(_token.Start, "An option of the enum is empty.");
        }

        if (options.Distinct().Count() < options.Count)
        {
            return FailAt(_token.Start, "An option of the enum is there twice.");
        }

        _token = Lexer.Read(_text, end + 1);
        return ScalarType.OneOf(options);

        static string Unquoted(string option) =>
            option.Length > 1 && option[0] is '"' or '\'' && option[^1] == option[0] ? option[1..^1] : option;
    }

    private TypeNode? ParseFields(int depth)
    {
        var names = new List<string>();
        var types = new List<TypeNode>();
        Advance();
        while (_token.Kind != TokenKind.CloseBrace)
        {
            var start = _token.Start;
            if (_token.Kind == TokenKind.Name)
            {
                names.Add(_token.In(_text).ToString());
                Advance();
            }
            else if (_token.Kind != TokenKind.Quote || !TryReadQuoted(names))
            {
                return _token.Kind == TokenKind.Quote ? null : Fail("Expected a field's name");
            }

            if (names.IndexOf(names[^1]) < names.Count - 1)
            {
                return FailAt(start, $"The field '{names[^1]}' is there twice.");
            }

            if (!Expect(TokenKind.Colon, "':'") || ParseUnion(depth + 1) is not { } type)
            {
                return null;
            }

            types.Add(type);
            if (_token.Kind != TokenKind.CloseBrace && !Expect(TokenKind.Comma, "',' or '}'"))
            {
                return null;
            }
        }

        Advance();
        return new ObjectType(names, types);
    }

    /// <summary>Quoted text without escapes, read up to the next quote of its kind.</summary>
    private bool TryReadQuoted(List<string> texts)
    {
        var end = _text.IndexOf(_text[_token.Start], _token.End);
        if (end < 0)
        {
            FailAt(_token.Start, "The text has no closing quote.");
            return false;
        }

        texts.Add(_text[_token.End..end]);
        _token = Lexer.Read(_text, end + 1);
        return true;
    }

    private void Advance() => _token = Lexer.Read(_text, _token.End);

    private bool Expect(TokenKind kind, string expected)
    {
        if (_token.Kind == kind)
        {
            Advance();
            return true;
        }

        Fail($"Expected {expected}");
        return false;
    }

    private TypeNode? Fail(string message) => FailAt(_token.Start, $"{message}, found {_token.Describe(_text)}.");

    private TypeNode? FailAt(int offset, string message)
    {
        _faults.Add((_path, new(message, Position.Of(_text, offset))));
        return null;
    }
}
