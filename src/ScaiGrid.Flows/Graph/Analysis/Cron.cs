using System.Globalization;

namespace ScaiGrid.Flows.Graph.Analysis;

/// <summary>
/// The five fields of a crontab line: minute, hour, day of month, month, day of week (0 to 7, Sunday is both). A field is a
/// list of <c>*</c>, a number or name, or a range, each of the first and last with a step if need be: <c>*/15</c>,
/// <c>9-17/2</c>, <c>MON-FRI</c>.
/// </summary>
internal static class Cron
{
    private static readonly (string Name, int From, int To, string[] Words)[] Fields =
    [
        ("minute", 0, 59, []),
        ("hour", 0, 23, []),
        ("day of month", 1, 31, []),
        ("month", 1, 12, ["JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"]),
        ("day of week", 0, 7, ["SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"]),
    ];

    /// <summary>What is wrong with it; null when nothing is.</summary>
    public static string? FaultOf(string text)
    {
        var parts = text.Split([' ', '\t'], StringSplitOptions.RemoveEmptyEntries);
        if (parts.Length != Fields.Length)
        {
            return $"it needs five fields, minute, hour, day of month, month and day of week, and has {parts.Length}.";
        }

        for (var i = 0; i < parts.Length; i++)
        {
            if (!parts[i].Split(',').All(part => IsPart(part, i)))
            {
                return $"its {Fields[i].Name} '{parts[i]}' is not '*', a number from {Fields[i].From} to {Fields[i].To}, a range, or a list of these.";
            }
        }

        return null;
    }

    private static bool IsPart(string part, int field)
    {
        var (span, step) = part.Split('/') switch
        {
            [var all] => (all, 1),
            [var all, var count] when TryNumber(count, out var steps) => (all, steps),
            _ => ("", 0),
        };
        if (step < 1)
        {
            return false;
        }

        return span.Split('-') switch
        {
            ["*"] => true,
            [var one] => TryRead(one, field, out _) && part == span,
            [var first, var last] => TryRead(first, field, out var from) && TryRead(last, field, out var to) && from <= to,
            _ => false,
        };
    }

    private static bool TryRead(string text, int field, out int value)
    {
        var (_, from, to, words) = Fields[field];
        var word = Array.FindIndex(words, w => w.Equals(text, StringComparison.OrdinalIgnoreCase));
        value = from + word;
        return word >= 0 || TryNumber(text, out value) && value >= from && value <= to;
    }

    private static bool TryNumber(string text, out int value) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out value);
}
