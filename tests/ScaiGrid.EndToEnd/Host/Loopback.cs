using System.Net;
using System.Net.Sockets;

namespace ScaiGrid.EndToEnd.Host;

/// <summary>A web server on this machine, at a port that was free, that answers each request by itself.</summary>
internal sealed class Loopback : IAsyncDisposable
{
    private readonly HttpListener _listener;
    private readonly Func<HttpListenerContext, Task> _answer;
    private readonly Task _serving;

    public Loopback(Func<HttpListenerContext, Task> answer)
    {
        _answer = answer;
        (_listener, Url) = Listen();
        _serving = ServeAsync();
    }

    public string Url { get; }

    public async ValueTask DisposeAsync()
    {
        _listener.Stop();
        await _serving;
        _listener.Close();
    }

    private static (HttpListener Listener, string Url) Listen()
    {
        while (true) // somebody may take the port between finding and binding it
        {
            using var probe = new TcpListener(IPAddress.Loopback, 0);
            probe.Start();
            var url = $"http://127.0.0.1:{((IPEndPoint)probe.LocalEndpoint).Port}";
            probe.Stop();
            var listener = new HttpListener { Prefixes = { $"{url}/" } };
            try
            {
                listener.Start();
                return (listener, url);
            }
            catch (HttpListenerException)
            {
                listener.Close();
            }
        }
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
        try
        {
            await _answer(context);
        }
        catch (Exception e) when (e is HttpListenerException or ObjectDisposedException)
        {
            context.Response.Abort(); // the server under test has gone
        }
    }
}
