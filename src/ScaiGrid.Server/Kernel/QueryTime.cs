using System.Globalization;

namespace ScaiGrid.Server.Kernel;

/// <summary>Times of a query, in RFC 3339.</summary>
internal static class QueryTime
{
    // Nothing happened before, and nothing will have happened after: spans can be computed with either without leaving the calendar.
    private static readonly DateTimeOffset Earliest = DateTimeOffset.UnixEpoch, Latest = new(9000, 1, 1, 0, 0, 0, TimeSpan.Zero);

    /// <returns>Null when it is not given or, which is told, no time.</returns>
    public static DateTimeOffset? Read(IQueryCollection query, string name, List<Fault> faults)
    {
        if (query[name] is not [{ Length: > 0 } text])
        {
            return null;
        }

        if (!DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out var time))
        {
            faults.Add(new(name, "must be a time in RFC 3339, such as 2026-01-15T10:30:00Z"));
            return null;
        }

        return time < Earliest ? Earliest : time > Latest ? Latest : time;
    }
}
