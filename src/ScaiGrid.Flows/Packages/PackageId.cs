using System.Diagnostics.CodeAnalysis;
using System.Text.RegularExpressions;

namespace ScaiGrid.Flows.Packages;

/// <summary>A package's name within its tenant: 1 to 64 of a-z, 0-9 and '-', with a letter or digit at both ends.</summary>
public readonly partial record struct PackageId : IParsable<PackageId>
{
    private PackageId(string value) => Value = value;

    public string Value { get; }

    public static PackageId Parse(string s, IFormatProvider? provider) =>
        TryParse(s, provider, out var id) ? id : throw new FormatException($"'{s}' is not a package id.");

    public static bool TryParse([NotNullWhen(true)] string? s, IFormatProvider? provider, out PackageId result)
    {
        result = s is not null && Syntax().IsMatch(s) ? new(s) : default;
        return result.Value is not null;
    }

    public override string ToString() => Value;

    [GeneratedRegex(@"\A[a-z0-9](?:[a-z0-9-]{0,62}[a-z0-9])?\z")]
    private static partial Regex Syntax();
}
