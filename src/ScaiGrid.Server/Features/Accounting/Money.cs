using System.Globalization;

namespace ScaiGrid.Server.Features.Accounting;

internal static class Money
{
    /// <summary>All the digits that there are, and no more: <c>0.007275</c>.</summary>
    public static string Show(decimal amount) => amount.ToString("0.############################", CultureInfo.InvariantCulture);
}
