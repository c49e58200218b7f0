using System.Buffers;
using System.Globalization;
using System.Text.RegularExpressions;
using ScaiGrid.Flows.Language;

namespace ScaiGrid.Flows.Manifests;

/// <summary>How text is written: plain where it cannot be taken for anything else, in lines as it is, or quoted.</summary>
public sealed partial class ManifestWriter
{
    /// <summary>What YAML gives no meaning to, in or out of brackets; but for the colon, which has one before a space.</summary>
    private static readonly SearchValues<char> Plain =
        SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_ ./+()=<>;%$@^~-:");

    private static readonly SearchValues<char> Escaped = SearchValues.Create(
        [.. Range('\0', ' ' - 1), '"', '\\', .. Range('\u007f', '\u00a0'), '\u2028', '\u2029', '\ufeff', '\ufffe', '\uffff']);

    /// <summary>Text of several lines that a literal block shows as it is.</summary>
    private static bool IsLiteral(string text) => text.Contains('\n') && Literal().IsMatch(text);

    private void WriteLiteral(string text, int indent)
    {
        var lines = text.Split('\n');
        var chomping = lines[^1].Length > 0 ? "-" : lines[^2].Length > 0 ? "" : "+";
        _yaml.Append(" |").Append(chomping);
        EndLine();
        foreach (var line in lines[^1].Length > 0 ? lines : lines[..^1])
        {
            _yaml.Append(' ', line.Length > 0 ? indent : 0).Append(line);
            EndLine();
        }
    }

    private void WriteKey(string key)
    {
        WriteScalar(key, longestPlain: LineWidth);
        _yaml.Append(':');
    }

    private void WriteScalar(string text, int longestPlain)
    {
        if (text.Length <= longestPlain && IsPlain(text))
        {
            _yaml.Append(text);
        }
        else
        {
            WriteQuoted(text);
        }
    }

    /// <summary>Begins with a letter, holds nothing that YAML gives a meaning to, and is not one of its words.</summary>
    private static bool IsPlain(string text)
    {
        if (text.Length == 0 || !(char.IsAsciiLetter(text[0]) || text[0] == '_') || text[^1] is ' ' or ':' || text.AsSpan().ContainsAnyExcept(Plain))
        {
            return false;
        }

        for (var colon = text.IndexOf(':'); colon >= 0; colon = text.IndexOf(':', colon + 1))
        {
            if (!char.IsAsciiLetterOrDigit(text[colon + 1]) && text[colon + 1] != '/')
            {
                return false;
            }
        }

        return YamlScalar.TryResolve(text, out var resolved) && resolved.Kind == ValueKind.String;
    }

    private void WriteQuoted(string text)
    {
        _yaml.Append('"');
        var rest = text.AsSpan();
        for (var at = rest.IndexOfAny(Escaped); at >= 0; at = rest.IndexOfAny(Escaped))
        {
            _yaml.Append(rest[..at]);
            WriteEscaped(rest[at]);
            rest = rest[(at + 1)..];
        }

        _yaml.Append(rest).Append('"');
    }

    private void WriteEscaped(char c) => _ = c switch
    {
        '"' => _yaml.Append("\\\""),
        '\\' => _yaml.Append(@"\\"),
        '\n' => _yaml.Append(@"\n"),
        '\r' => _yaml.Append(@"\r"),
        '\t' => _yaml.Append(@"\t"),
        _ => _yaml.Append("\\u").Append(((int)c).ToString("x4", CultureInfo.InvariantCulture)),
    };

    private static IEnumerable<char> Range(int first, int last) => Enumerable.Range(first, last - first + 1).Select(c => (char)c);

    /// <summary>No line begins or ends with white space, none is empty at the start, and every character is printable.</summary>
    [GeneratedRegex(@"^[!-~](?:[ -~\u00a1-\u1fff]*[!-~])?(?:\n(?:[!-~](?:[ -~\u00a1-\u1fff]*[!-~])?)?)*\z")]
    private static partial Regex Literal();
}
