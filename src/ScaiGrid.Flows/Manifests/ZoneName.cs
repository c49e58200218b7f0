using System.Diagnostics.CodeAnalysis;
using System.Text.RegularExpressions;

namespace ScaiGrid.Flows.Manifests;

/// <summary>IANA names of time zones, such as <c>Europe/Amsterdam</c>.</summary>
internal static partial class ZoneName
{
    private const int MaxLength = 64;

    // The runtime keeps every spelling that it was ever asked for, and takes "Europe////Amsterdam" for a name.
    public static bool TryFind(string name, [NotNullWhen(true)] out TimeZoneInfo? zone)
    {
        zone = null;
        return name.Length <= MaxLength && Pattern().IsMatch(name) && TimeZoneInfo.TryFindSystemTimeZoneById(name, out zone);
    }

    [GeneratedRegex(@"\A[A-Za-z0-9_+-]+(/[A-Za-z0-9_+-]+){0,2}\z", RegexOptions.CultureInvariant)]
    private static partial Regex Pattern();
}
