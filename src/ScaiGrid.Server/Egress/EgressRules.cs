using System.Net;
using System.Net.Sockets;

namespace ScaiGrid.Server.Egress;

/// <summary>Tells addresses of the internet from those that only this machine or its network should reach.</summary>
internal static class EgressRules
{
    // RFC 6890 and its updates: everything that is not globally reachable, or that leads to an IPv4 address in disguise.
    private static readonly IPNetwork[] Closed = [.. new[]
    {
        "0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12", "192.0.0.0/24", "192.0.2.0/24", "192.88.99.0/24",
        "192.168.0.0/16", "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24", "224.0.0.0/4", "240.0.0.0/4",
        "::/96", "::ffff:0:0/96", "::ffff:0:0:0/96", "64:ff9b::/96", "64:ff9b:1::/48", "100::/64", "2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20", "5f00::/16", "fc00::/7", "fe80::/10", "fec0::/10", "ff00::/8",
    }.Select(IPNetwork.Parse)];

    public static bool IsPublic(IPAddress address)
    {
        var plain = address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;
        return !Array.Exists(Closed, network => network.BaseAddress.AddressFamily == plain.AddressFamily && network.Contains(plain));
    }

    public static bool Allows(EgressOptions options, string host, IPAddress address) =>
        options.AllowPrivateNetworks || options.AllowedHosts.Contains(host, StringComparer.OrdinalIgnoreCase) || IsPublic(address);

    /// <summary>
    /// Tells early, from the address alone: no name is looked up but <c>localhost</c>, so that true says only that a call may be tried.
    /// </summary>
    public static bool AllowsAddressOf(EgressOptions options, Uri uri)
    {
        var host = uri.IdnHost; // what the connection is opened to
        return IPAddress.TryParse(host, out var address) ? Allows(options, host, address)
            : !IsLocalhost(host.TrimEnd('.')) || Allows(options, host, IPAddress.Loopback);
    }

    private static bool IsLocalhost(string host) => host.Equals("localhost", StringComparison.OrdinalIgnoreCase) || host.EndsWith(".localhost", StringComparison.OrdinalIgnoreCase);
}

/// <summary>The address may not be called.</summary>
internal sealed class EgressRefusedException(string message) : HttpRequestException(message);

/// <summary>Opens connections for calls that tenants cause: to the very address that was checked, so that a name cannot change its mind in between.</summary>
internal sealed class EgressGuard(EgressOptions options)
{
    public async ValueTask<Stream> ConnectAsync(SocketsHttpConnectionContext context, CancellationToken ct)
    {
        var endpoint = context.DnsEndPoint;
        var addresses = await Dns.GetHostAddressesAsync(endpoint.Host, ct);
        if (Array.FindAll(addresses, a => EgressRules.Allows(options, endpoint.Host, a)) is not { Length: > 0 } allowed)
        {
            throw new EgressRefusedException($"The egress rules do not let calls go to '{endpoint.Host}'.");
        }

        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(allowed, endpoint.Port, ct);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }
}
