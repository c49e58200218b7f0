using System.Text;

namespace ScaiGrid.Server.Features.Instances;

/// <summary>What tells the instances of a Core apart: a customer, a ticket, a conversation. It stands in paths of the API, and means itself exactly.</summary>
internal static class InstanceKey
{
    public const int MaxLength = 200;

    public const string Rule = "must be 1 to 200 characters without control characters, '/', '\\', '%', '?' and '#', without white space at its ends, and not '.' or '..'";

    public static bool IsValid(string key) =>
        key is { Length: > 0 and <= MaxLength } and not ("." or "..")
        && !char.IsWhiteSpace(key[0]) && !char.IsWhiteSpace(key[^1])
        && key.AsSpan().IndexOfAny("/\\%?#") < 0
        && IsText(key);

    /// <summary>Half a surrogate pair is no text: a database would not take it.</summary>
    private static bool IsText(string key)
    {
        for (var i = 0; i < key.Length;)
        {
            if (Rune.DecodeFromUtf16(key.AsSpan(i), out var rune, out var length) != System.Buffers.OperationStatus.Done || Rune.IsControl(rune))
            {
                return false;
            }

            i += length;
        }

        return true;
    }
}
