using System.Text;

namespace ScaiGrid.Flows.Compile;

/// <summary>What a person's words become where a manifest wants a name.</summary>
internal static class SlugText
{
    private const int MaxLength = 64;

    /// <summary>
    /// U+00C0 to U+017F without their accents. A table, because Unicode normalization gives other answers on machines without
    /// its data.
    /// </summary>
    private const string Latin =
        "aaaaaaaceeeeiiiidnooooo-ouuuuypsaaaaaaaceeeeiiiidnooooo-ouuuuypy"
        + "aaaaaaccccccccddddeeeeeeeeeegggggggghhhhiiiiiiiiiiiijjkkkllllllllllnnnnnnnnnoooooooorrrrrrssssssssttttttuuuuuuuuuuuuwwyyyzzzzzzs";

    /// <summary>Small letters, digits and single dashes, accents dropped; <paramref name="otherwise"/> when nothing is left.</summary>
    public static string Of(string words, string otherwise)
    {
        var text = new StringBuilder();
        foreach (var c in words)
        {
            var letter = c is >= '\u00c0' and <= '\u017f' ? Latin[c - '\u00c0'] : char.IsAsciiLetterUpper(c) ? (char)(c | 0x20) : c;
            if (char.IsAsciiLetterOrDigit(letter))
            {
                text.Append(letter);
            }
            else if (text.Length > 0 && text[^1] != '-')
            {
                text.Append('-');
            }
        }

        var slug = text.ToString(0, Math.Min(text.Length, MaxLength)).Trim('-');
        return slug.Length > 0 ? slug : otherwise;
    }
}
