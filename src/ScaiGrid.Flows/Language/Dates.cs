using System.Globalization;

namespace ScaiGrid.Flows.Language;

/// <summary>Dates and date-times as ISO 8601 strings, the only form they have in a value.</summary>
internal static class Dates
{
    private const string Day = "yyyy-MM-dd";

    private static readonly string[] Moments =
    [
        Day,
        "yyyy-MM-dd'T'HH:mm", "yyyy-MM-dd'T'HH:mm:ss", "yyyy-MM-dd'T'HH:mm:ss.FFFFFFF",
        "yyyy-MM-dd'T'HH:mmK", "yyyy-MM-dd'T'HH:mm:ssK", "yyyy-MM-dd'T'HH:mm:ss.FFFFFFFK",
    ];

    private static readonly string[] Timestamps = ["yyyy-MM-dd'T'HH:mm:sszzz", "yyyy-MM-dd'T'HH:mm:ss.FFFFFFFzzz", "yyyy-MM-dd'T'HH:mm:ss'Z'", "yyyy-MM-dd'T'HH:mm:ss.FFFFFFF'Z'"];

    /// <summary>The day as written: a date-time keeps the day of its own offset.</summary>
    public static bool TryParse(string text, out DateOnly day)
    {
        day = default;
        return text.Length is >= 10 and <= 40
            && DateTimeOffset.TryParseExact(text, Moments, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out _)
            && DateOnly.TryParseExact(text.AsSpan(0, 10), Day, CultureInfo.InvariantCulture, DateTimeStyles.None, out day);
    }

    public static bool IsDay(string text) => DateOnly.TryParseExact(text, Day, CultureInfo.InvariantCulture, DateTimeStyles.None, out _);

    /// <summary>A date-time of RFC 3339: with seconds, and with Z or an offset.</summary>
    public static bool IsTimestamp(string text) =>
        DateTimeOffset.TryParseExact(text, Timestamps, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out _);

    /// <summary>Whole seconds of UTC, so that it compares rightly, as text, with a date-time as authors write it.</summary>
    public static string Write(DateTimeOffset moment) =>
        moment.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);
}
