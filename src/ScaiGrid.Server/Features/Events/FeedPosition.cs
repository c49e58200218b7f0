using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace ScaiGrid.Server.Features.Events;

/// <summary>A place in the feed: after that line, and of the line that begins there after its event of that number.</summary>
/// <param name="Event">Of a line that is not read to its end: its last event that was; null where all of the line was.</param>
internal readonly record struct FeedPosition(long Place, long Number, int? Event = null)
{
    /// <summary>As followers keep it: opaque to them.</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Place}.{Number}.{Event ?? int.MaxValue}");

    public static bool TryParse([NotNullWhen(true)] string? text, out FeedPosition position)
    {
        position = default;
        if (text?.Split('.') is not [var place, var number, var last]
            || !long.TryParse(place, NumberStyles.None, CultureInfo.InvariantCulture, out var p)
            || !long.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out var n)
            || !int.TryParse(last, NumberStyles.None, CultureInfo.InvariantCulture, out var e))
        {
            return false;
        }

        position = new(p, n, e == int.MaxValue ? null : e);
        return true;
    }
}
