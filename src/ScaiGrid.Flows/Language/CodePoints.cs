namespace ScaiGrid.Flows.Language;

/// <summary>
/// Text counted in Unicode code points, so that no function can cut a character in two halves that JSON cannot write.
/// </summary>
internal static class CodePoints
{
    public static int Count(string text)
    {
        var count = text.Length;
        for (var at = NextPair(text, 0); at >= 0; at = NextPair(text, at + 2))
        {
            count--;
        }

        return count;
    }

    /// <summary>The UTF-16 offset of a code point, or the end of a text that is shorter.</summary>
    public static int OffsetOf(string text, int point)
    {
        var offset = point;
        for (var at = NextPair(text, 0); at >= 0 && at < offset; at = NextPair(text, at + 2))
        {
            offset++;
        }

        return Math.Min(offset, text.Length);
    }

    /// <summary>UTF-16 units of the code point at that offset.</summary>
    public static int LengthAt(string text, int offset) =>
        char.IsHighSurrogate(text[offset]) && offset + 1 < text.Length && char.IsLowSurrogate(text[offset + 1]) ? 2 : 1;

    private static int NextPair(string text, int from)
    {
        while (from < text.Length)
        {
            var found = text.AsSpan(from).IndexOfAnyInRange('\uD800', '\uDBFF');
            if (found < 0)
            {
                return -1;
            }

            from += found;
            if (LengthAt(text, from) == 2)
            {
                return from;
            }

            from++;
        }

        return -1;
    }
}
