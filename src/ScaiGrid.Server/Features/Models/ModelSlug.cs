using System.Diagnostics.CodeAnalysis;
using System.Text.RegularExpressions;
using ScaiGrid.Server.Kernel;

namespace ScaiGrid.Server.Features.Models;

/// <summary>
/// A model's public name, such as <c>openai/gpt-4o</c>: 1 to 6 segments of letters, digits, '.', '_', ':' and '-', joined by '/',
/// at most 200 characters.
/// </summary>
internal readonly partial record struct ModelSlug(string Value) : IParsable<ModelSlug>
{
    /// <summary>What published Cores are called; no other model may be.</summary>
    public const string CorePrefix = "scaicore/";

    public static ModelSlug OfCore(Slug tenant, Slug core) => new($"{CorePrefix}{tenant}/{core}");

    public bool IsOfCore => Value.StartsWith(CorePrefix, StringComparison.Ordinal);

    public static ModelSlug Parse(string s, IFormatProvider? provider) =>
        TryParse(s, provider, out var slug) ? slug : throw new FormatException($"'{s}' is not a model slug.");

    public static bool TryParse([NotNullWhen(true)] string? s, IFormatProvider? provider, out ModelSlug result)
    {
        result = s is { Length: <= 200 } && Syntax().IsMatch(s) ? new(s) : default;
        return result.Value is not null;
    }

    public override string ToString() => Value;

    [GeneratedRegex(@"\A[A-Za-z0-9][A-Za-z0-9._:-]*(?:/[A-Za-z0-9][A-Za-z0-9._:-]*){0,5}\z")]
    private static partial Regex Syntax();
}
