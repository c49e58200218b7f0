using System.Diagnostics.CodeAnalysis;
using System.Text.RegularExpressions;

namespace ScaiGrid.Server.Kernel;

/// <summary>A thing that has an id of its own kind.</summary>
/// <typeparam name="TSelf">The thing itself.</typeparam>
internal interface IIdentified<TSelf> where TSelf : IIdentified<TSelf>
{
    /// <summary>What the server's own ids of this kind begin with, such as <c>core</c> in <c>core_01k…</c>.</summary>
    static abstract string IdPrefix { get; }
}

/// <summary>
/// The id of one <typeparamref name="T"/>. The server makes them as a prefix and a time-ordered body; an operator may choose
/// others in the bootstrap file: 1 to 64 of letters, digits, '_' and '-', beginning with a letter or digit.
/// </summary>
internal readonly partial record struct Id<T>(string Value) : IParsable<Id<T>>, IComparable<Id<T>> where T : IIdentified<T>
{
    public static bool operator <(Id<T> left, Id<T> right) => left.CompareTo(right) < 0;

    public static bool operator >(Id<T> left, Id<T> right) => left.CompareTo(right) > 0;

    public static bool operator <=(Id<T> left, Id<T> right) => left.CompareTo(right) <= 0;

    public static bool operator >=(Id<T> left, Id<T> right) => left.CompareTo(right) >= 0;

    public static Id<T> Parse(string s, IFormatProvider? provider) =>
        TryParse(s, provider, out var id) ? id : throw new FormatException($"'{s}' is not an id.");

    public static bool TryParse([NotNullWhen(true)] string? s, IFormatProvider? provider, out Id<T> result)
    {
        result = s is not null && IdSyntax.Pattern().IsMatch(s) ? new(s) : default;
        return result.Value is not null;
    }

    public int CompareTo(Id<T> other) => string.CompareOrdinal(Value, other.Value);

    public override string ToString() => Value;
}

internal static partial class IdSyntax
{
    [GeneratedRegex(@"\A[A-Za-z0-9][A-Za-z0-9_-]{0,63}\z")]
    public static partial Regex Pattern();
}
