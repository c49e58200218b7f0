using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text.RegularExpressions;

namespace ScaiGrid.Flows;

/// <summary>
/// A version by <see href="https://semver.org/spec/v2.0.0.html">Semantic Versioning 2.0.0</see>, at most <see cref="MaxLength"/> characters long and
/// with numbers below 2³¹. It compares by precedence, which build metadata does not count for; two versions are equal when their text is.
/// </summary>
public readonly partial record struct SemVer : IParsable<SemVer>, IComparable<SemVer>
{
    public const int MaxLength = 64;

    private readonly string? _text;

    private SemVer(string text, int major, int minor, int patch, string preRelease) =>
        (_text, Major, Minor, Patch, PreRelease) = (text, major, minor, patch, preRelease);

    public int Major { get; }

    public int Minor { get; }

    public int Patch { get; }

    /// <summary>Such as <c>beta.1</c>; empty for a release.</summary>
    public string PreRelease { get; }

    /// <summary>
    /// The smallest release above this version: <c>1.0.2</c> → <c>1.0.3</c>, <c>1.1.0-beta.2</c> → <c>1.1.0</c>, <c>1.0.2+build5</c> → <c>1.0.3</c>.
    /// </summary>
    public SemVer Next() => Of(Major, Minor, PreRelease.Length > 0 ? Patch : checked(Patch + 1));

    public static bool operator <(SemVer left, SemVer right) => left.CompareTo(right) < 0;

    public static bool operator >(SemVer left, SemVer right) => left.CompareTo(right) > 0;

    public static bool operator <=(SemVer left, SemVer right) => left.CompareTo(right) <= 0;

    public static bool operator >=(SemVer left, SemVer right) => left.CompareTo(right) >= 0;

    public static SemVer Of(int major, int minor, int patch) =>
        new(string.Create(CultureInfo.InvariantCulture, $"{major}.{minor}.{patch}"), major, minor, patch, "");

    public static SemVer Parse(string s, IFormatProvider? provider) =>
        TryParse(s, provider, out var version) ? version : throw new FormatException($"'{s}' is not a semantic version.");

    public static bool TryParse([NotNullWhen(true)] string? s, IFormatProvider? provider, out SemVer result)
    {
        result = default;
        if (s is not { Length: <= MaxLength } || Syntax().Match(s) is not { Success: true } match
            || !TryNumber(match.Groups["major"], out var major) || !TryNumber(match.Groups["minor"], out var minor) || !TryNumber(match.Groups["patch"], out var patch))
        {
            return false;
        }

        result = new(s, major, minor, patch, match.Groups["pre"].Value);
        return true;
    }

    public int CompareTo(SemVer other)
    {
        var numbers = (Major, Minor, Patch).CompareTo((other.Major, other.Minor, other.Patch));
        return numbers != 0 ? numbers
            : (PreRelease.Length == 0, other.PreRelease.Length == 0) switch
            {
                (true, true) => 0,
                (true, false) => 1,
                (false, true) => -1,
                _ => Compare(PreRelease.Split('.'), other.PreRelease.Split('.')),
            };
    }

    public override string ToString() => _text ?? "0.0.0";

    private static int Compare(string[] left, string[] right)
    {
        foreach (var (mine, theirs) in left.Zip(right))
        {
            var (number, otherNumber) = (mine.All(char.IsAsciiDigit), theirs.All(char.IsAsciiDigit));
            var order = (number, otherNumber) switch
            {
                (true, false) => -1,
                (false, true) => 1,
                (true, true) when mine.Length != theirs.Length => mine.Length.CompareTo(theirs.Length), // no leading zeros, so longer is larger
                _ => string.CompareOrdinal(mine, theirs),
            };
            if (order != 0)
            {
                return order;
            }
        }

        return left.Length.CompareTo(right.Length);
    }

    private static bool TryNumber(Group group, out int number) =>
        int.TryParse(group.ValueSpan, NumberStyles.None, CultureInfo.InvariantCulture, out number) && number < int.MaxValue;

    // The expression that the standard's own page suggests.
    [GeneratedRegex(@"\A(?<major>0|[1-9]\d*)\.(?<minor>0|[1-9]\d*)\.(?<patch>0|[1-9]\d*)(?:-(?<pre>(?:0|[1-9]\d*|\d*[a-zA-Z-][0-9a-zA-Z-]*)(?:\.(?:0|[1-9]\d*|\d*[a-zA-Z-][0-9a-zA-Z-]*))*))?(?:\+[0-9a-zA-Z-]+(?:\.[0-9a-zA-Z-]+)*)?\z", RegexOptions.ECMAScript)]
    private static partial Regex Syntax();
}
