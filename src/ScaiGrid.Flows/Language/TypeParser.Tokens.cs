namespace ScaiGrid.Flows.Language;

/// <summary>How the parser of types goes from token to token, and what it says where it cannot.</summary>
internal sealed partial class TypeParser
{
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

    private bool TrySkip(TokenKind kind)
    {
        var isThere = _token.Kind == kind;
        if (isThere)
        {
            Advance();
        }

        return isThere;
    }

    private bool ExpectClose(bool isAngled) => isAngled ? Expect(TokenKind.Greater, "'>'") : Expect(TokenKind.CloseBracket, "']'");

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
