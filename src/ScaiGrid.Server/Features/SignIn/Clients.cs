using ScaiGrid.Server.Access.Oidc;

namespace ScaiGrid.Server.Features.SignIn;

/// <summary>The public clients: this server's own page and command line, and those of the configuration, which may replace either.</summary>
internal sealed class Clients(ServerOptions options, IssuerAddress address)
{
    /// <summary>The page, at the root of this server.</summary>
    public const string Page = "scaigrid-web";

    /// <summary>The command line, which listens on loopback or shows a code to type in.</summary>
    public const string CommandLine = "scai";

    private Dictionary<string, OidcClient>? _all;

    public OidcClient? Find(string id) => (_all ??= Collect()).GetValueOrDefault(id);

    private Dictionary<string, OidcClient> Collect()
    {
        var all = new Dictionary<string, OidcClient>
        {
            [Page] = new() { Id = Page, Name = "ScaiGrid", RedirectUris = [$"{address.Root}/", $"{address.Root}/signed-in"], PostLogoutRedirectUris = [$"{address.Root}/"] },
            [CommandLine] = new()
            {
                Id = CommandLine,
                Name = "the scai command line",
                RedirectUris = ["http://127.0.0.1/callback", "http://[::1]/callback"],
                DeviceCode = true,
            },
        };
        foreach (var client in options.Oidc.Clients)
        {
            all[client.Id] = client;
        }

        return all;
    }
}
