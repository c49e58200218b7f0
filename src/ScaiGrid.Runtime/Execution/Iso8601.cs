using System.Globalization;

namespace ScaiGrid.Runtime.Execution;

internal static class Iso8601
{
    public static string Text(DateTimeOffset time) =>
        time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.FFFFFFF'Z'", CultureInfo.InvariantCulture);
}
