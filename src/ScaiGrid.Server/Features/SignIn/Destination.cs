using Microsoft.AspNetCore.WebUtilities;
using ScaiGrid.Server.Access.Oidc;

namespace ScaiGrid.Server.Features.SignIn;

/// <summary>Where a browser goes once somebody is signed in: on with what it came for, within this issuer and nowhere else.</summary>
/// <param name="Path">A path of this server.</param>
/// <param name="To">The client that waits, where one does.</param>
internal sealed record Destination(string Path, ClientAddress? To, string? LoginHint)
{
    private const int MaxLength = 8000;

    /// <param name="wanted">The path and query that the page was asked to return to; anything strange leads to the start page.</param>
    public static Destination Parse(string? wanted, IssuerAddress issuer, Clients clients)
    {
        if (wanted is not { Length: <= MaxLength } || wanted.Any(c => c is <= ' ' or > '~' or '\\'))
        {
            return new($"{issuer.Root}/", null, null);
        }

        if (wanted.StartsWith($"{issuer.Path}/activate", StringComparison.Ordinal))
        {
            return new(wanted, null, null);
        }

        var query = wanted.StartsWith($"{issuer.Path}/authorize?", StringComparison.Ordinal) ? QueryHelpers.ParseQuery(wanted[wanted.IndexOf('?')..]) : null;
        return query is not null && OAuthParameters.Read(query).Succeeded(out var given, out _) && AuthorizationRequest.Address(given, clients).Succeeded(out var to, out _)
            ? new(wanted, to, given["login_hint"])
            : new($"{issuer.Root}/", null, null);
    }

    /// <summary>What a page's form must be allowed to lead to, in the words of a Content-Security-Policy; browsers follow redirects with it.</summary>
    public static string FormTarget(string uri) =>
        new Uri(uri) is not { Scheme: "http" or "https" } app ? $"{new Uri(uri).Scheme}:"
        : app.HostNameType == UriHostNameType.IPv6 ? $"{app.Scheme}:" // the policy has no words for such an address
        : $"{app.Scheme}://{app.Authority}";
}
