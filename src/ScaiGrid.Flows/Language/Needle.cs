namespace ScaiGrid.Flows.Language;

/// <summary>
/// A text to look for. Always linear: the fast search of the platform compares the whole needle at every place that looks
/// alike, which a long needle in a repetitive text turns into minutes; there Knuth–Morris–Pratt is used.
/// </summary>
internal sealed class Needle(string part)
{
    private const int Short = 64;

    private readonly int[] _borders = part.Length <= Short ? [] : Borders(part);

    public int Length => part.Length;

    /// <summary>The offset of the first occurrence from an offset on; -1 when there is none.</summary>
    public int IndexIn(string text, int from = 0)
    {
        if (part.Length <= Short)
        {
            return text.IndexOf(part, from, StringComparison.Ordinal);
        }

        var matched = 0;
        for (var at = from; at < text.Length; at++)
        {
            while (matched > 0 && text[at] != part[matched])
            {
                matched = _borders[matched - 1];
            }

            matched += text[at] == part[matched] ? 1 : 0;
            if (matched == part.Length)
            {
                return at - part.Length + 1;
            }
        }

        return -1;
    }

    /// <summary>The offsets of all occurrences that do not overlap; the needle is not empty.</summary>
    public List<int> AllIn(string text)
    {
        var found = new List<int>();
        for (var at = IndexIn(text); at >= 0; at = IndexIn(text, at + part.Length))
        {
            found.Add(at);
        }

        return found;
    }

    /// <summary>For every prefix, how long a start of it is also its end.</summary>
    private static int[] Borders(string part)
    {
        var borders = new int[part.Length];
        for (int at = 1, length = 0; at < part.Length; at++)
        {
            while (length > 0 && part[at] != part[length])
            {
                length = borders[length - 1];
            }

            length += part[at] == part[length] ? 1 : 0;
            borders[at] = length;
        }

        return borders;
    }
}
