using System.Text.RegularExpressions;

namespace ScaiGrid.Server.Features.SignIn;

/// <summary>Which addresses a client may be answered at.</summary>
internal static partial class RedirectUris
{
    public const int MaxLength = 2000;

    /// <summary>
    /// Whether the address is one of the registered: the same text, but for the port on loopback, which a native app gets from the system
    /// (RFC 8252, section 7.3). Nothing is normalised, so that nothing can be smuggled through normalising.
    /// </summary>
    public static bool Matches(IEnumerable<string> registered, string given) =>
        registered.Any(r => r == given || (IsLoopback(r) && IsLoopback(given) && WithoutPort(r) == WithoutPort(given)));

    public static bool IsLoopback(string uri) => Loopback().IsMatch(uri);

    /// <summary>What is wrong with an address that is to be registered; null when nothing is.</summary>
    public static string? Fault(string uri) =>
        uri.Length > MaxLength || !Uri.TryCreate(uri, UriKind.Absolute, out var parsed) || uri.Any(c => c is <= ' ' or > '~') ? "is not an absolute address"
        : uri.Contains('#', StringComparison.Ordinal) || parsed.UserInfo.Length > 0 ? "must have neither a fragment nor a user name"
        : parsed.Scheme == Uri.UriSchemeHttps || parsed.Scheme.Contains('.', StringComparison.Ordinal) || IsLoopback(uri) ? null
        : "must be https, an app's own scheme with a dot in it, or http on loopback";

    private static string WithoutPort(string uri) => Loopback().Replace(uri, "$1$3", 1);

    [GeneratedRegex(@"\A(http://(?:127\.0\.0\.1|\[::1\]|localhost))(:[0-9]{1,5})?((?:[/?].*)?)\z", RegexOptions.Singleline)]
    private static partial Regex Loopback();
}
