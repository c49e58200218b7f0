using System.Globalization;
using System.Text.RegularExpressions;
using ScaiGrid.Flows.Language;

namespace ScaiGrid.Flows.Manifests;

/// <summary>What a plain scalar means: the core schema of YAML 1.2, chapter 10.3.</summary>
internal static partial class YamlScalar
{
    /// <returns>False for the numbers that JSON has no way to write: infinities, NaN and what overflows a double.</returns>
    public static bool TryResolve(string text, out Value value)
    {
        value = text;
        switch (text)
        {
            case "" or "~" or "null" or "Null" or "NULL":
                value = default;
                return true;
            case "true" or "True" or "TRUE":
                value = true;
                return true;
            case "false" or "False" or "FALSE":
                value = false;
                return true;
        }

        if (text[0] is not ((>= '0' and <= '9') or '-' or '+' or '.'))
        {
            return true;
        }

        if (Based().IsMatch(text))
        {
            return TryBased(text, out value);
        }

        return NotFinite().IsMatch(text) ? Refuse(out value) : !Number().IsMatch(text) || TryNumber(text, out value);
    }

    private static bool TryNumber(string text, out Value value)
    {
        value = default;
        var isDecimal = decimal.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var exact);
        if (isDecimal && (exact != 0 || IsZero(text)))
        {
            value = exact;
            return true;
        }

        var number = double.Parse(text, NumberStyles.Float, CultureInfo.InvariantCulture);
        if (!double.IsFinite(number))
        {
            return false;
        }

        value = Value.From(number);
        return true;
    }

    /// <summary>A number too small for a decimal reads as zero there.</summary>
    private static bool IsZero(string text) => text.TakeWhile(c => c is not ('e' or 'E')).All(c => c is not (>= '1' and <= '9'));

    private static bool TryBased(string text, out Value value)
    {
        decimal number = 0;
        var radix = text[1] == 'x' ? 16 : 8;
        foreach (var digit in text.AsSpan(2))
        {
            number = (number * radix) + Convert.ToInt32(digit.ToString(), 16);
            if (number > long.MaxValue)
            {
                return Refuse(out value);
            }
        }

        value = number;
        return true;
    }

    private static bool Refuse(out Value value)
    {
        value = default;
        return false;
    }

    [GeneratedRegex(@"^(0o[0-7]+|0x[0-9a-fA-F]+)\z")]
    private static partial Regex Based();

    [GeneratedRegex(@"^([-+]?\.(inf|Inf|INF)|\.(nan|NaN|NAN))\z")]
    private static partial Regex NotFinite();

    [GeneratedRegex(@"^[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?\z")]
    private static partial Regex Number();
}
