using System.Collections.Immutable;

namespace ScaiGrid.Flows.Language;

/// <summary>Reads types: <c>float</c>, <c>enum[a, b]</c>, <c>array[T]</c>, <c>map[string, T]</c>, <c>T?</c>, <c>"a" | "b"</c>, <c>{ name: T }</c>.</summary>
internal sealed partial class TypeParser
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
            return types.Contains(null) ? null : new ObjectType([.. members.Keys], types.OfType<TypeNode>().ToImmutableArray());
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

    /// <summary>Quoted alternatives become one enum; <c>null</c> makes the rest optional.</summary>
    private TypeNode? ParseUnion(int depth)
    {
        var start = _token.Start;
        var types = new List<TypeNode>();
        var options = new List<string>();
        var isOptional = false;
        while (TryReadAlternative(depth, types, options, ref isOptional))
        {
            if (_token.Kind != TokenKind.Pipe)
            {
                return Union(_text[start.._token.Start].Trim(), types, options, isOptional);
            }

            Advance();
        }

        return null;
    }

    private static TypeNode Union(string text, List<TypeNode> types, List<string> options, bool isOptional)
    {
        if (options.Count > 0)
        {
            types.Add(ScalarType.OneOf(options));
        }

        return types switch
        {
            [] => ScalarType.ByName["null"],
            [var only] => isOptional && only is not OptionalType ? new OptionalType(only) : only,
            _ => isOptional ? new OptionalType(new UnionType(types, text)) : new UnionType(types, text),
        };
    }

    private bool TryReadAlternative(int depth, List<TypeNode> types, List<string> options, ref bool isOptional)
    {
        var at = _token.Start;
        if (_token.Kind == TokenKind.Quote)
        {
            if (!TryReadQuoted(options))
            {
                return false;
            }

            if (options.IndexOf(options[^1]) < options.Count - 1)
            {
                FailAt(at, $"The option '{options[^1]}' is there twice.");
                return false;
            }

            isOptional |= TrySkip(TokenKind.Question);
            return true;
        }

        if (_token.Kind == TokenKind.Name && _token.In(_text).SequenceEqual("null"))
        {
            isOptional = true;
            Advance();
            return true;
        }

        if (ParseSuffixed(depth) is not { } type)
        {
            return false;
        }

        types.Add(type);
        return true;
    }

    private TypeNode? ParseSuffixed(int depth)
    {
        var type = ParsePrimary(depth);
        return type is not null && TrySkip(TokenKind.Question) && type is not OptionalType ? new OptionalType(type) : type;
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
        return word switch
        {
            "enum" => ParseEnum(),
            "array" when _token.Kind is TokenKind.OpenBracket or TokenKind.Less => ParseArray(depth),
            "map" => ParseMap(depth),
            _ when ScalarType.ByName.TryGetValue(word, out var scalar) => scalar,
            _ => FailAt(name.Start, $"There is no type '{word}'; types are {string.Join(", ", ScalarType.ByName.Keys)}, enum[…], array[…] and map[string, …]."),
        };
    }

    private ArrayType? ParseArray(int depth)
    {
        var isAngled = _token.Kind == TokenKind.Less;
        Advance();
        return ParseUnion(depth + 1) is { } item && ExpectClose(isAngled) ? new(item) : null;
    }

    private TypeNode? ParseMap(int depth)
    {
        var isAngled = _token.Kind == TokenKind.Less;
        if (!isAngled && _token.Kind != TokenKind.OpenBracket)
        {
            return Fail("Expected '[string, …]' after 'map'");
        }

        Advance();
        if (_token.Kind != TokenKind.Name || !_token.In(_text).SequenceEqual("string"))
        {
            return Fail("The keys of a map are of type string");
        }

        Advance();
        return Expect(TokenKind.Comma, "','") && ParseUnion(depth + 1) is { } item && ExpectClose(isAngled) ? new MapType(item) : null;
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
}
