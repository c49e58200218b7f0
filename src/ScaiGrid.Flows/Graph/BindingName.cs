using System.Text;
using ScaiGrid.Flows.Language;
using ScaiGrid.Flows.Manifests;

namespace ScaiGrid.Flows.Graph;

/// <summary>How a node's result comes to its name.</summary>
internal static class BindingName
{
    private const int Longest = 128;

    public static string Of(Value binding, string label, string id)
    {
        if (binding.AsString() is { } given && IsLegal(given))
        {
            return given;
        }

        var fromLabel = SnakeCase(label);
        return IsLegal(fromLabel) ? fromLabel : FromId(id);
    }

    public static bool IsLegal(string name) =>
        name.Length is > 0 and <= Longest && !char.IsAsciiDigit(name[0]) && name.All(IsWord) && !ManifestNode.IsReserved(name);

    /// <summary><c>Classify intent</c> and <c>ClassifyIntent</c> become <c>classify_intent</c>. Empty when a letter is not one of a to z.</summary>
    public static string SnakeCase(string label)
    {
        var name = new StringBuilder(label.Length + 4);
        for (var i = 0; i < label.Length; i++)
        {
            var c = label[i];
            if (!char.IsAscii(c) && char.IsLetterOrDigit(c))
            {
                return "";
            }

            var isWord = char.IsAsciiLetterOrDigit(c);
            if (name.Length > 0 && name[^1] != '_' && (!isWord || BeginsWord(label, i)))
            {
                name.Append('_');
            }

            if (isWord)
            {
                name.Append(char.ToLowerInvariant(c));
            }
        }

        return name.ToString().TrimEnd('_');
    }

    /// <summary>A capital after a small letter or a digit, or the last capital of an abbreviation: the S of <c>KBSearch</c>.</summary>
    private static bool BeginsWord(string label, int at) => char.IsAsciiLetterUpper(label[at])
        && (char.IsAsciiLetterLower(label[at - 1]) || char.IsAsciiDigit(label[at - 1])
            || char.IsAsciiLetterUpper(label[at - 1]) && at + 1 < label.Length && char.IsAsciiLetterLower(label[at + 1]));

    private static string FromId(string id)
    {
        var name = string.Concat(id.Select(c => IsWord(c) ? c : '_'));
        return IsLegal(name) ? name : $"_{(name.Length < Longest ? name : name[1..])}";
    }

    private static bool IsWord(char c) => char.IsAsciiLetterOrDigit(c) || c == '_';
}
