using System.Buffers.Text;
using System.Globalization;
using System.Reflection;
using System.Text;

namespace ScaiGrid.Server.Kernel;

/// <summary>One page of a list. <see cref="NextCursor"/> is null when nothing follows.</summary>
internal sealed record Page<T>(IReadOnlyList<T> Items, string? NextCursor);

/// <summary>The limits of a list that has others than most.</summary>
[AttributeUsage(AttributeTargets.Parameter)]
internal sealed class PageLimitsAttribute(int unlessTold, int most) : Attribute
{
    public int UnlessTold => unlessTold;

    public int Most => most;

    public static (int UnlessTold, int Most) Of(ParameterInfo parameter) =>
        parameter.GetCustomAttribute<PageLimitsAttribute>() is { } limits ? (limits.UnlessTold, limits.Most) : (Paging.DefaultLimit, Paging.MaxLimit);
}

/// <summary>
/// The page that a caller asks for, from <c>limit</c> (1 to <see cref="MaxLimit"/>, 100 by default) and <c>cursor</c>, which is what a page before
/// gave as <c>next_cursor</c> and opaque to callers: the key of that page's last item.
/// </summary>
internal sealed record Paging(int Limit, string? After, Error? Fault) : IRefusable
{
    public const int DefaultLimit = 100, MaxLimit = 1000;

    public static ValueTask<Paging?> BindAsync(HttpContext context, ParameterInfo parameter)
    {
        var faults = new List<Fault>();
        var (limit, most) = PageLimitsAttribute.Of(parameter);
        if (context.Request.Query["limit"] is [{ } text] && (!int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out limit) || limit < 1 || limit > most))
        {
            faults.Add(new("limit", $"must be a whole number from 1 to {most}"));
        }

        string? after = null;
        if (context.Request.Query["cursor"] is [{ Length: > 0 } cursor] && (after = Decode(cursor)) is null)
        {
            faults.Add(new("cursor", "is not one that this server gave out"));
        }

        return ValueTask.FromResult<Paging?>(new(limit, after, faults.Count > 0 ? KernelErrors.Faulty(faults) : null));
    }

    /// <summary>Cuts a page from a query that read one item more than the limit.</summary>
    public Page<TOut> Cut<T, TOut>(List<T> items, Func<T, string> key, Func<T, TOut> show) => items.Count > Limit
        ? new([.. items.Take(Limit).Select(show)], Encode(key(items[Limit - 1])))
        : new([.. items.Select(show)], null);

    public static string Encode(string key) => Base64Url.EncodeToString(Encoding.UTF8.GetBytes(key));

    private static string? Decode(string cursor)
    {
        if (cursor.Length > 512 || !Base64Url.IsValid(cursor))
        {
            return null;
        }

        var key = Encoding.UTF8.GetString(Base64Url.DecodeFromChars(cursor));
        return key.Contains('\0') ? null : key;
    }
}
