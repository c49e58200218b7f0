using System.Net;

namespace ScaiGrid.Gateway.Providers.Http;

/// <summary>
/// The connections to upstreams, pooled for all backends of the process: one pool that may go anywhere and one behind the
/// server's egress rules. One instance for the process; disposing it closes them.
/// </summary>
public sealed class UpstreamHttp : IDisposable
{
    private readonly HttpMessageInvoker _anywhere, _guarded;

    /// <param name="guardedConnect">
    /// Opens connections for <see cref="Reach.Guarded"/> after checking the address that the name resolves to; it throws
    /// <see cref="HttpRequestException"/> to refuse. Null opens them like any other.
    /// </param>
    public UpstreamHttp(Func<SocketsHttpConnectionContext, CancellationToken, ValueTask<Stream>>? guardedConnect = null)
        : this(Handler(null), Handler(guardedConnect))
    {
    }

    internal UpstreamHttp(HttpMessageHandler anywhere, HttpMessageHandler guarded) =>
        (_anywhere, _guarded) = (new(anywhere), new(guarded));

    internal HttpMessageInvoker For(Reach reach) => reach == Reach.Anywhere ? _anywhere : _guarded;

    public void Dispose()
    {
        _anywhere.Dispose();
        _guarded.Dispose();
    }

    // What a browser would do for a user, a gateway must not do for a caller: follow redirects with the key in hand, keep
    // cookies across tenants, take a proxy from the environment, or add tracing headers to someone else's API.
    private static SocketsHttpHandler Handler(Func<SocketsHttpConnectionContext, CancellationToken, ValueTask<Stream>>? connect) => new()
    {
        UseProxy = false,
        UseCookies = false,
        AllowAutoRedirect = false,
        AutomaticDecompression = DecompressionMethods.None,
        ActivityHeadersPropagator = null,
        PooledConnectionLifetime = TimeSpan.FromMinutes(10), // addresses behind a name change
        PooledConnectionIdleTimeout = TimeSpan.FromSeconds(60),
        ConnectTimeout = TimeSpan.FromSeconds(10),
        MaxConnectionsPerServer = int.MaxValue,
        MaxResponseHeadersLength = 64,
        ConnectCallback = connect, // null: the handler's own, with NoDelay
    };
}
