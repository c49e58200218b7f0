using System.Globalization;
using System.Text.RegularExpressions;

namespace ScaiGrid.Flows.Language;

/// <summary>Reads what begins with a digit: numbers, durations (a number of seconds) and dates (ISO 8601 strings).</summary>
internal static partial class NumberLexer
{
    public static Token Read(string text, int start)
    {
        if (DateShape.Match(text, start) is { Success: true } date)
        {
            return ReadDate(text, start, date);
        }

        var end = SkipDigits(text, start);
        var isWhole = true;
        if (end + 1 < text.Length && text[end] == '.' && char.IsAsciiDigit(text[end + 1]))
        {
            (end, isWhole) = (SkipDigits(text, end + 1), false);
        }

        var digits = ExponentDigits(text, end);
        if (digits > 0)
        {
            (end, isWhole) = (SkipDigits(text, digits), false);
        }

        if (end < text.Length && Lexer.IsNamePart(text[end]))
        {
            return ReadDuration(text, start, end, isWhole);
        }

        return text[end - 1] == '_' || text.AsSpan(start, end - start).Contains("__", StringComparison.Ordinal)
            ? Bad(start, end, "An underscore stands between two digits.")
            : Value.TryParseNumber(text.AsSpan(start, end - start).ToString().Replace("_", "", StringComparison.Ordinal), out var number)
                ? new(TokenKind.Number, start, end, number)
                : Bad(start, end, "The number is too large.");
    }

    /// <summary>Where the digits of an exponent begin; 0 when there is none.</summary>
    private static int ExponentDigits(string text, int at)
    {
        if (at >= text.Length || text[at] is not ('e' or 'E'))
        {
            return 0;
        }

        var digits = at + 1 < text.Length && text[at + 1] is '+' or '-' ? at + 2 : at + 1;
        return digits < text.Length && char.IsAsciiDigit(text[digits]) ? digits : 0;
    }

    private static Token ReadDuration(string text, int start, int unit, bool isWhole)
    {
        var end = Lexer.NameEnd(text, unit);
        var seconds = text[unit] switch { 's' => 1, 'm' => 60, 'h' => 3600, 'd' => 86_400, 'w' => 604_800, _ => 0 };
        if (seconds == 0 || end != unit + 1 || !isWhole)
        {
            return Bad(start, end, $"'{text.AsSpan(start, end - start)}' is not a number; a duration is a whole number with s, m, h, d or w, as in 30s.");
        }

        var count = text[start..unit].Replace("_", "", StringComparison.Ordinal);
        return long.TryParse(count, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            ? new(TokenKind.Number, start, end, (decimal)number * seconds)
            : Bad(start, end, "The duration is too long.");
    }

    private static Token ReadDate(string text, int start, Match date)
    {
        var end = start + date.Length;
        return Dates.TryParse(date.Value, out _)
            ? new(TokenKind.Date, start, end, date.Value)
            : Bad(start, end, $"There is no date '{date.Value}'.");
    }

    private static int SkipDigits(string text, int from)
    {
        while (from < text.Length && (char.IsAsciiDigit(text[from]) || text[from] == '_'))
        {
            from++;
        }

        return from;
    }

    private static Token Bad(int start, int end, string message) => new(TokenKind.Bad, start, end, message);

    [GeneratedRegex(@"\G[0-9]{4}-[0-9]{2}-[0-9]{2}(T[0-9]{2}:[0-9]{2}(:[0-9]{2}(\.[0-9]{1,7})?)?(Z|[+-][0-9]{2}:[0-9]{2})?)?(?![0-9A-Za-z_])", RegexOptions.CultureInvariant)]
    private static partial Regex DateShape { get; }
}
