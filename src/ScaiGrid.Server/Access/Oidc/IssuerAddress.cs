using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;

namespace ScaiGrid.Server.Access.Oidc;

/// <summary>
/// The address that callers know this server by: <see cref="ServerOptions.PublicUrl"/>, or the first one that it listens at, which the
/// system may have chosen.
/// </summary>
internal sealed class IssuerAddress(ServerOptions options, IServer server)
{
    private const string Below = "/auth";

    private string? _root;

    /// <summary>Without a slash at its end.</summary>
    public string Root => _root ??= Find();

    /// <summary>The embedded issuer's <c>iss</c>.</summary>
    public string Issuer => Root + Below;

    /// <summary>The path that callers see before the issuer's own, <c>/auth</c> unless a proxy adds to it.</summary>
    public string Path => new Uri(Issuer).AbsolutePath;

    public bool IsHttps => Root.StartsWith("https://", StringComparison.OrdinalIgnoreCase);

    private string Find()
    {
        var known = options.PublicUrl ?? server.Features.Get<IServerAddressesFeature>()?.Addresses.FirstOrDefault() ?? options.Urls.Split(';')[0];
        foreach (var any in (ReadOnlySpan<string>)["//*", "//+", "//0.0.0.0", "//[::]"])
        {
            known = known.Replace(any, "//localhost", StringComparison.Ordinal);
        }

        return known.TrimEnd('/');
    }
}
