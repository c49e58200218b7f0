using System.Globalization;
using System.Text;
using ScaiGrid.Flows.Language;

namespace ScaiGrid.Flows.Manifests;

/// <summary>Numbers as ECMAScript's <c>Number::toString</c> writes them, which is what RFC 8785 asks for.</summary>
public static class CanonicalNumber
{
    /// <summary>Whether RFC 8785 writes the very number that the JSON text says, rather than the double next to it.</summary>
    public static bool IsExact(ReadOnlySpan<char> json) =>
        double.TryParse(json, NumberStyles.Float, CultureInfo.InvariantCulture, out var rounded)
        && double.IsFinite(rounded)
        && Digits.Of(json) == Digits.Of(rounded.ToString("R", CultureInfo.InvariantCulture));

    internal static string Write(Value value)
    {
        if (!value.TryGetDecimal(out var exact))
        {
            value.TryGetDouble(out var number);
            return Digits.Of(number.ToString("R", CultureInfo.InvariantCulture)).ToEcmaScript();
        }

        // Without trailing zeros, so that 1.0 and 1, which are equal, digest equally.
        var text = exact.ToString(CultureInfo.InvariantCulture);
        var digits = Digits.Of(text);
        return IsExact(text) ? digits.ToEcmaScript() : text.Contains('.') ? text.TrimEnd('0').TrimEnd('.') : text;
    }

    /// <summary>A decimal number as <c>0.Significant × 10^Point</c>, in exactly one way.</summary>
    private readonly record struct Digits(bool IsNegative, string Significant, int Point)
    {
        /// <param name="number">A number of JSON's grammar, or what .NET makes of one.</param>
        public static Digits Of(ReadOnlySpan<char> number)
        {
            var isNegative = number[0] == '-';
            number = number.TrimStart("+-");
            var e = number.IndexOfAny('e', 'E');
            var mantissa = e < 0 ? number : number[..e];

            // An exponent beyond an int belongs to zero or to a number that is no finite double.
            var exponent = e < 0 || !int.TryParse(number[(e + 1)..], NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var written) ? 0 : written;
            var dot = mantissa.IndexOf('.');
            var whole = dot < 0 ? mantissa : mantissa[..dot];
            var all = string.Concat(whole, dot < 0 ? "" : mantissa[(dot + 1)..]);
            var significant = all.TrimStart('0');
            var point = whole.Length - (all.Length - significant.Length) + exponent;
            significant = significant.TrimEnd('0');
            return significant.Length == 0 ? new(false, "", 0) : new(isNegative, significant, point);
        }

        public string ToEcmaScript()
        {
            var text = new StringBuilder(IsNegative ? "-" : "");
            var count = Significant.Length;
            _ = Point switch
            {
                _ when count == 0 => text.Append('0'),
                <= 21 when count <= Point => text.Append(Significant).Append('0', Point - count),
                > 0 and <= 21 => text.Append(Significant, 0, Point).Append('.').Append(Significant, Point, count - Point),
                > -6 and <= 0 => text.Append("0.").Append('0', -Point).Append(Significant),
                _ => text.Append(Significant[0]).Append(count > 1 ? "." : "").Append(Significant, 1, count - 1)
                    .Append(CultureInfo.InvariantCulture, $"e{(Point > 0 ? "+" : "")}{Point - 1}"),
            };
            return text.ToString();
        }
    }
}
