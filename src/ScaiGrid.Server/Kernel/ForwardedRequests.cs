using System.Net;
using Microsoft.AspNetCore.HttpOverrides;
using IPNetwork = System.Net.IPNetwork;

namespace ScaiGrid.Server.Kernel;

/// <summary>Takes the word of proxies, of those that the operator named and of nobody else, for who called them and how.</summary>
internal static class ForwardedRequests
{
    /// <summary>An address, or a network such as <c>10.0.0.0/8</c>.</summary>
    public static bool TryParse(string text, out IPNetwork network)
    {
        if (IPAddress.TryParse(text, out var address))
        {
            network = new(address, address.GetAddressBytes().Length * 8);
            return true;
        }

        return IPNetwork.TryParse(text, out network);
    }

    /// <summary>Nothing where no proxy is named.</summary>
    public static void UseProxies(this IApplicationBuilder app, ServerOptions options)
    {
        if (options.Proxies.Count == 0)
        {
            return;
        }

        // Read from the right: each hop must be a proxy that is known, and the first that is not is the caller.
        var forwarded = new ForwardedHeadersOptions { ForwardedHeaders = ForwardedHeaders.XForwardedFor | ForwardedHeaders.XForwardedProto, ForwardLimit = null };
        forwarded.KnownProxies.Clear();
        forwarded.KnownIPNetworks.Clear();
        foreach (var proxy in options.Proxies)
        {
            if (TryParse(proxy, out var network))
            {
                forwarded.KnownIPNetworks.Add(network);
            }
        }

        app.UseForwardedHeaders(forwarded);
    }
}
