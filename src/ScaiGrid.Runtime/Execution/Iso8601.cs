using System.Globalization;

namespace ScaiGrid.Runtime.Execution;

internal static class Iso8601
{
    /// <summary>Whole seconds, as <c>now()</c> gives them, so that the two compare as text.</summary>
    public static string Text(DateTimeOffset time) =>
        time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);
}
