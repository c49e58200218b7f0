using System.Diagnostics.CodeAnalysis;
using System.Text.RegularExpressions;

namespace ScaiGrid.Server.Storage;

/// <summary>
/// Segments of letters, digits, '.', '_', '-' and '+' joined by '/', none of them beginning with '.', at most 512 characters:
/// safe as a path below a folder and as a key in any S3.
/// </summary>
internal readonly partial record struct ObjectKey(string Value) : IParsable<ObjectKey>
{
    public static ObjectKey Of(params ReadOnlySpan<string> segments) => Parse(string.Join('/', segments!), null);

    public static ObjectKey Parse(string s, IFormatProvider? provider) =>
        TryParse(s, provider, out var key) ? key : throw new FormatException($"'{s}' is not an object key.");

    public static bool TryParse([NotNullWhen(true)] string? s, IFormatProvider? provider, out ObjectKey result)
    {
        result = s is { Length: <= 512 } && Syntax().IsMatch(s) ? new(s) : default;
        return result.Value is not null;
    }

    public override string ToString() => Value;

    [GeneratedRegex(@"\A[A-Za-z0-9_+-][A-Za-z0-9._+-]*(?:/[A-Za-z0-9_+-][A-Za-z0-9._+-]*)*\z")]
    private static partial Regex Syntax();
}
