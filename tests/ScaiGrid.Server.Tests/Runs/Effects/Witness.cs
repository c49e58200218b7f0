using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;

namespace ScaiGrid.Server.Tests.Runs.Effects;

/// <summary>What somebody outside was sent.</summary>
internal sealed record Seen(string Method, string Url, IReadOnlyDictionary<string, string> Headers, string Body)
{
    public string? Key => Headers.GetValueOrDefault("idempotency-key");

    public JsonElement Json => JsonElement.Parse(Body);
}

/// <summary>A server outside, on loopback, that remembers what it was sent and answers as it is told.</summary>
internal sealed class Witness : IAsyncDisposable
{
    private readonly HttpListener _listener;
    private readonly Task _serving;

    public Witness()
    {
        (_listener, Url) = Listen();
        _serving = ServeAsync();
    }

    public string Url { get; }

    public ConcurrentQueue<Seen> Seen { get; } = new();

    /// <summary>Answers 200 and <c>{"ok": true}</c> unless told otherwise.</summary>
    public Func<Seen, HttpListenerResponse, Task<string>> Answer { get; set; } = (_, _) => Task.FromResult("""{"ok": true}""");

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
            using var reader = new StreamReader(context.Request.InputStream, Encoding.UTF8);
            var seen = new Seen(
                context.Request.HttpMethod, context.Request.RawUrl!,
                context.Request.Headers.AllKeys.ToDictionary(k => k!.ToLowerInvariant(), k => context.Request.Headers[k]!), await reader.ReadToEndAsync());
            Seen.Enqueue(seen);
            context.Response.ContentType = "application/json";
            var body = await Answer(seen, context.Response);
            context.Response.Close(Encoding.UTF8.GetBytes(body), willBlock: false);
        }
        catch (Exception e) when (e is HttpListenerException or ObjectDisposedException or IOException)
        {
            context.Response.Abort(); // the server under test has gone
        }
    }
}
