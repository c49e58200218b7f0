using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace ScaiGrid.EndToEnd.Host;

/// <summary>Somebody outside whom flows call. It remembers every call by its path and idempotency key, and answers after a moment.</summary>
internal sealed class Witness : IAsyncDisposable
{
    private readonly HttpListener _listener;
    private readonly Task _serving;

    public Witness()
    {
        while (true) // somebody may take the port between finding and binding it
        {
            using var probe = new TcpListener(IPAddress.Loopback, 0);
            probe.Start();
            Url = $"http://127.0.0.1:{((IPEndPoint)probe.LocalEndpoint).Port}";
            probe.Stop();
            _listener = new HttpListener { Prefixes = { $"{Url}/" } };
            try
            {
                _listener.Start();
                break;
            }
            catch (HttpListenerException)
            {
                _listener.Close();
            }
        }

        _serving = ServeAsync();
    }

    public string Url { get; }

    /// <summary>Path and key of every call, in the order they came.</summary>
    public ConcurrentQueue<(string Path, string Key)> Calls { get; } = new();

    public async ValueTask DisposeAsync()
    {
        _listener.Stop();
        await _serving;
        _listener.Close();
    }

    private async Task ServeAsync()
    {
        while (true)
        {
            try
            {
                _ = AnswerAsync(await _listener.GetContextAsync());
            }
            catch (Exception e) when (e is HttpListenerException or ObjectDisposedException)
            {
                return; // stopped
            }
        }
    }

    private async Task AnswerAsync(HttpListenerContext context)
    {
        Calls.Enqueue((context.Request.Url!.AbsolutePath, context.Request.Headers["Idempotency-Key"] ?? ""));
        try
        {
            await Task.Delay(Random.Shared.Next(20)); // so that servers die in the midst of calls, too
            context.Response.ContentType = "application/json";
            context.Response.Close(Encoding.UTF8.GetBytes("{}"), willBlock: false);
        }
        catch (Exception e) when (e is HttpListenerException or ObjectDisposedException)
        {
            context.Response.Abort(); // the server under test has gone
        }
    }
}
