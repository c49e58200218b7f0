namespace ScaiGrid.Flows.Manifests;

/// <summary>How expressions are written where only an expression can stand.</summary>
internal static class ExpressionText
{
    /// <summary>The expression itself, when it is written as the one hole of a template.</summary>
    public static string Unwrap(string text)
    {
        var trimmed = text.AsSpan().Trim();
        return trimmed.Length >= 4 && trimmed.StartsWith("{{") && trimmed.EndsWith("}}") && !trimmed[2..^2].Contains("{{", StringComparison.Ordinal)
            ? trimmed[2..^2].ToString()
            : text;
    }

    /// <summary>Everything in the text that could be a name.</summary>
    public static IEnumerable<string> Words(string text)
    {
        for (var at = 0; at < text.Length; at++)
        {
            var start = at;
            while (at < text.Length && (char.IsAsciiLetterOrDigit(text[at]) || text[at] == '_'))
            {
                at++;
            }

            if (at > start)
            {
                yield return text[start..at];
            }
        }
    }
}
