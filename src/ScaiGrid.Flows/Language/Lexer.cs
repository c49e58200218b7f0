namespace ScaiGrid.Flows.Language;

/// <summary>
/// Reads one token at a place in the text. It keeps no state, so that the parser can look ahead, and can read a string's
/// <c>${…}</c> or a template's <c>{{…}}</c> in the middle of other text.
/// </summary>
internal static class Lexer
{
    public static Token Read(string text, int from)
    {
        var start = from;
        while (start < text.Length && char.IsWhiteSpace(text[start]))
        {
            start++;
        }

        if (start == text.Length)
        {
            return new(TokenKind.End, start, start);
        }

        var c = text[start];
        if (char.IsAsciiDigit(c))
        {
            return NumberLexer.Read(text, start);
        }

        if (IsNameStart(c))
        {
            return new(TokenKind.Name, start, NameEnd(text, start));
        }

        return ReadMark(text, start, c);
    }

    public static bool IsNameStart(char c) => c == '_' || char.IsLetter(c);

    public static bool IsNamePart(char c) => c == '_' || char.IsLetterOrDigit(c);

    public static int NameEnd(string text, int start)
    {
        var end = start;
        while (end < text.Length && IsNamePart(text[end]))
        {
            end++;
        }

        return end;
    }

    private static Token ReadMark(string text, int start, char c)
    {
        var next = start + 1 < text.Length ? text[start + 1] : '\0';
        return (c, next) switch
        {
            ('=', '=') when start + 2 < text.Length && text[start + 2] == '=' => Bad(3, "'===' is not an operator; equality is '=='."),
            ('=', '=') => Mark(TokenKind.Equal, 2),
            ('!', '=') => Mark(TokenKind.NotEqual, 2),
            ('<', '=') => Mark(TokenKind.LessOrEqual, 2),
            ('>', '=') => Mark(TokenKind.GreaterOrEqual, 2),
            ('=', '>') => Mark(TokenKind.Arrow, 2),
            ('&', '&') => Mark(TokenKind.And, 2),
            ('|', '|') => Mark(TokenKind.Or, 2),
            ('?', '?') => Mark(TokenKind.Coalesce, 2),
            ('=', _) => Bad(1, "'=' does not compare; equality is '=='."),
            ('&', _) => Bad(1, "'&' is not an operator; 'and' is '&&'."),
            ('"' or '\'', _) => Mark(TokenKind.Quote, 1),
            ('.', _) => Mark(TokenKind.Dot, 1),
            (',', _) => Mark(TokenKind.Comma, 1),
            (':', _) => Mark(TokenKind.Colon, 1),
            ('(', _) => Mark(TokenKind.OpenParen, 1),
            (')', _) => Mark(TokenKind.CloseParen, 1),
            ('[', _) => Mark(TokenKind.OpenBracket, 1),
            (']', _) => Mark(TokenKind.CloseBracket, 1),
            ('{', _) => Mark(TokenKind.OpenBrace, 1),
            ('}', _) => Mark(TokenKind.CloseBrace, 1),
            ('!', _) => Mark(TokenKind.Not, 1),
            ('+', _) => Mark(TokenKind.Plus, 1),
            ('-', _) => Mark(TokenKind.Minus, 1),
            ('*', _) => Mark(TokenKind.Star, 1),
            ('/', _) => Mark(TokenKind.Slash, 1),
            ('%', _) => Mark(TokenKind.Percent, 1),
            ('<', _) => Mark(TokenKind.Less, 1),
            ('>', _) => Mark(TokenKind.Greater, 1),
            ('?', _) => Mark(TokenKind.Question, 1),
            ('|', _) => Mark(TokenKind.Pipe, 1),
            _ => Bad(char.IsHighSurrogate(c) && char.IsLowSurrogate(next) ? 2 : 1, null),
        };

        Token Mark(TokenKind kind, int length) => new(kind, start, start + length);

        Token Bad(int length, string? message) =>
            new(TokenKind.Bad, start, start + length, message ?? $"The character '{text.AsSpan(start, length)}' has no meaning here.");
    }
}
