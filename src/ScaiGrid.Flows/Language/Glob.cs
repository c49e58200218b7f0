namespace ScaiGrid.Flows.Language;

/// <summary><c>text.matches(pattern)</c>: <c>*</c> stands for any characters, <c>?</c> for one, all else for itself.</summary>
internal static class Glob
{
    public static bool Matches(ref Frame frame, CallSite call, Value self, Value first, Value second, out Value value)
    {
        value = default;
        if (!Arguments.TryText(ref frame, call.At, "matches", first, out var pattern)
            || !TryMatch(ref frame, call.At, self.AsString()!, pattern, out var matches))
        {
            return false;
        }

        value = matches;
        return true;
    }

    /// <summary>
    /// Only the last star is ever retried, for an earlier one could match nothing that it cannot: at worst text × pattern, and
    /// every comparison is paid for.
    /// </summary>
    private static bool TryMatch(ref Frame frame, int at, string text, string pattern, out bool matches)
    {
        int t = 0, p = 0, star = -1, resume = 0, work = 0;
        matches = false;
        while (t < text.Length)
        {
            if (++work % 256 == 0 && !frame.Step(at))
            {
                return false;
            }

            if (p < pattern.Length && pattern[p] == '*')
            {
                (star, resume) = (p++, t);
            }
            else if (p < pattern.Length && pattern[p] == '?')
            {
                t += CodePoints.LengthAt(text, t);
                p++;
            }
            else if (p < pattern.Length && pattern[p] == text[t])
            {
                t++;
                p++;
            }
            else if (star >= 0)
            {
                resume += CodePoints.LengthAt(text, resume);
                (p, t) = (star + 1, resume);
            }
            else
            {
                return true;
            }
        }

        matches = pattern.AsSpan(p).IndexOfAnyExcept('*') < 0;
        return true;
    }
}
