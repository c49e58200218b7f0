using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;

namespace ScaiGrid.Server.Kernel;

/// <summary>One segment of a model's name: 1 to 64 of a-z, 0-9 and '-', with a letter or digit at both ends.</summary>
internal readonly partial record struct Slug(string Value) : IParsable<Slug>
{
    /// <summary>The slug of a person's words: accents dropped, everything else that is not a letter or digit one '-'.</summary>
    /// <returns>False when nothing usable is left, such as for <c>"!!"</c>.</returns>
    public static bool TryMake(string words, out Slug slug)
    {
        var text = new StringBuilder();
        foreach (var c in words.Normalize(NormalizationForm.FormD))
        {
            if (char.IsAsciiLetterOrDigit(c))
            {
                text.Append(char.ToLowerInvariant(c));
            }
            else if (CharUnicodeInfo.GetUnicodeCategory(c) != UnicodeCategory.NonSpacingMark && text.Length > 0 && text[^1] != '-')
            {
                text.Append('-');
            }
        }

        var trimmed = text.ToString(0, Math.Min(text.Length, 64)).Trim('-');
        return TryParse(trimmed, null, out slug);
    }

    public static Slug Parse(string s, IFormatProvider? provider) =>
        TryParse(s, provider, out var slug) ? slug : throw new FormatException($"'{s}' is not a slug.");

    public static bool TryParse([NotNullWhen(true)] string? s, IFormatProvider? provider, out Slug result)
    {
        result = s is not null && Syntax().IsMatch(s) ? new(s) : default;
        return result.Value is not null;
    }

    public override string ToString() => Value;

    [GeneratedRegex(@"\A[a-z0-9](?:[a-z0-9-]{0,62}[a-z0-9])?\z")]
    private static partial Regex Syntax();
}
