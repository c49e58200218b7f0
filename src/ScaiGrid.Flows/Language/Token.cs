namespace ScaiGrid.Flows.Language;

internal enum TokenKind
{
    End, Bad, Name, Number, Date, Quote,
    Dot, Comma, Colon, Arrow, OpenParen, CloseParen, OpenBracket, CloseBracket, OpenBrace, CloseBrace,
    Not, Plus, Minus, Star, Slash, Percent, Less, LessOrEqual, Greater, GreaterOrEqual, Equal, NotEqual,
    And, Or, Coalesce, Question, Pipe,
}

/// <summary>Its value is that of a number or date, or the message of a <see cref="TokenKind.Bad"/> token.</summary>
internal readonly record struct Token(TokenKind Kind, int Start, int End, Value Value = default)
{
    public ReadOnlySpan<char> In(string text) => text.AsSpan(Start, End - Start);

    /// <summary>How a message names what was found.</summary>
    public string Describe(string text) => Kind == TokenKind.End ? "the end" : $"'{In(text)}'";
}
