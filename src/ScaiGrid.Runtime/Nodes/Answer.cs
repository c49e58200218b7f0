using System.Text.Json;
using ScaiGrid.Flows.Language;

namespace ScaiGrid.Runtime.Nodes;

/// <summary>The value in a model's text.</summary>
internal static class Answer
{
    private const string Fence = "```";

    /// <param name="fault">What is wrong with it, in words the model can be told.</param>
    public static bool TryRead(string text, OutputType type, out Value value, out string fault)
    {
        if (!TryParse(Unfence(text), out value))
        {
            fault = "It is not JSON.";
            return false;
        }

        var faults = type.Validate(value, out value);
        fault = string.Join(" ", faults);
        return faults.Count == 0;
    }

    /// <summary>Models like to wrap JSON as in a chat: prose, a fence, the JSON, a fence.</summary>
    private static string Unfence(string text)
    {
        var open = text.IndexOf(Fence, StringComparison.Ordinal);
        var line = open < 0 ? -1 : text.IndexOf('\n', open);
        var close = line < 0 ? -1 : text.LastIndexOf(Fence, StringComparison.Ordinal);
        return close > line && line >= 0 && !text.AsSpan().TrimStart().StartsWith("{") ? text[line..close] : text;
    }

    private static bool TryParse(string text, out Value value)
    {
        value = default;
        try
        {
            value = Value.FromJson(text);
            return true;
        }
        catch (Exception e) when (e is JsonException or ArgumentOutOfRangeException or InvalidOperationException)
        {
            return false;
        }
    }
}
