using System.Globalization;

namespace ScaiGrid.Flows.Manifests;

/// <summary>A whole number with a unit: <c>30s 5m 1h 7d 2w</c>. At most ten years, so that adding one to a time never overflows.</summary>
internal static class Duration
{
    private static readonly TimeSpan Longest = TimeSpan.FromDays(3653);

    public static bool TryParse(string text, out TimeSpan duration)
    {
        duration = default;
        if (text.Length < 2 || !int.TryParse(text.AsSpan(0, text.Length - 1), NumberStyles.None, CultureInfo.InvariantCulture, out var count))
        {
            return false;
        }

        long seconds = text[^1] switch { 's' => 1, 'm' => 60, 'h' => 3600, 'd' => 86400, 'w' => 604800, _ => 0 };
        duration = TimeSpan.FromTicks(Math.Min(count * seconds, long.MaxValue / TimeSpan.TicksPerSecond) * TimeSpan.TicksPerSecond);
        return seconds > 0 && duration <= Longest;
    }
}
