using System.Globalization;
using System.Text;

namespace ScaiGrid.Flows.Language;

/// <summary>Strings, which hold escapes and expressions in <c>${…}</c>.</summary>
internal sealed partial class Parser
{
    private Node? ParseString()
    {
        var start = _token.Start;
        var plain = text.AsSpan(start + 1).IndexOfAny(text[start], '\\', '$');
        if (plain >= 0 && text[start + 1 + plain] == text[start])
        {
            MoveTo(start + plain + 2);
            return new Literal(start, text.Substring(start + 1, plain));
        }

        return ParseString(start);
    }

    /// <summary>A string with escapes or expressions in it.</summary>
    private Node? ParseString(int start)
    {
        var parts = new List<Node>();
        var literal = new StringBuilder();
        var hasFaultyEscape = false;
        var at = start + 1;
        while (at < text.Length && text[at] != text[start])
        {
            if (text[at] == '\\')
            {
                hasFaultyEscape |= !TryReadEscape(literal, ref at);
            }
            else if (text[at] == '$' && at + 1 < text.Length && text[at + 1] == '{')
            {
                MoveLiteral(literal, start, parts);
                if (ParsePart(ref at) is not { } part)
                {
                    return null;
                }

                parts.Add(part);
            }
            else
            {
                literal.Append(text[at++]);
            }
        }

        if (at >= text.Length)
        {
            FailAt(start, "The string has no closing quote.");
            _token = new(TokenKind.End, text.Length, text.Length);
            return null;
        }

        MoveTo(at + 1);
        if (hasFaultyEscape || parts.Count == 0)
        {
            return hasFaultyEscape ? null : new Literal(start, literal.ToString());
        }

        MoveLiteral(literal, start, parts);
        return Bounded(new Interpolation(start, [.. parts]));
    }

    private static void MoveLiteral(StringBuilder literal, int start, List<Node> parts)
    {
        if (literal.Length > 0)
        {
            parts.Add(new Literal(start, literal.ToString()));
            literal.Clear();
        }
    }

    /// <summary>The expression in <c>${…}</c>; moves past it.</summary>
    private Node? ParsePart(ref int at)
    {
        MoveTo(at + 2);
        if (ParseExpression() is not { } part)
        {
            return null;
        }

        if (_token.Kind != TokenKind.CloseBrace)
        {
            Fail(Expected("'}'"));
            return null;
        }

        at = _token.End;
        return part;
    }

    private bool TryReadEscape(StringBuilder literal, ref int at)
    {
        var start = at;
        var c = at + 1 < text.Length ? text[at + 1] : '\0';
        at = Math.Min(at + 2, text.Length);
        switch (c)
        {
            case 'n':
                literal.Append('\n');
                return true;
            case 't':
                literal.Append('\t');
                return true;
            case 'r':
                literal.Append('\r');
                return true;
            case 'b':
                literal.Append('\b');
                return true;
            case 'f':
                literal.Append('\f');
                return true;
            case '\\' or '/' or '"' or '\'' or '$':
                literal.Append(c);
                return true;
            case 'u':
                return TryReadUnicode(literal, start, ref at);
            default:
                FailAt(start, @"There is no such escape; these are \n \t \r \b \f \\ \/ \"" \' \$ and \u with four hexadecimal digits.");
                return false;
        }
    }

    /// <summary>One character: four hexadecimal digits, or two such escapes for a surrogate pair.</summary>
    private bool TryReadUnicode(StringBuilder literal, int start, ref int at)
    {
        if (!TryReadUnit(at, out var unit))
        {
            FailAt(start, @"'\u' needs four hexadecimal digits.");
            return false;
        }

        at += 4;
        literal.Append(unit);
        if (!char.IsSurrogate(unit))
        {
            return true;
        }

        if (char.IsHighSurrogate(unit) && string.CompareOrdinal(text, at, @"\u", 0, 2) == 0 && TryReadUnit(at + 2, out var low) && char.IsLowSurrogate(low))
        {
            literal.Append(low);
            at += 6;
            return true;
        }

        FailAt(start, "Half of a surrogate pair is not a character.");
        return false;
    }

    private bool TryReadUnit(int at, out char unit)
    {
        unit = '\0';
        if (at + 4 > text.Length || !ushort.TryParse(text.AsSpan(at, 4), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var code))
        {
            return false;
        }

        unit = (char)code;
        return true;
    }
}
