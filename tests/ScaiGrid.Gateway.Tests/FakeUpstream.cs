using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace ScaiGrid.Gateway.Tests;

/// <summary>An upstream on a real socket: it answers each request with the next of its replies, byte for byte.</summary>
internal sealed class FakeUpstream : IAsyncDisposable
{
    public delegate Task Reply(Stream connection, CancellationToken ct);

    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _closing = new();
    private readonly ConcurrentQueue<Reply> _replies = new();
    private readonly ConcurrentDictionary<Stream, string> _last = new();
    private readonly Task _serving;

    public FakeUpstream()
    {
        _listener.Start();
        _serving = ServeAsync();
    }

    public string BaseUrl => $"http://127.0.0.1:{((IPEndPoint)_listener.LocalEndpoint).Port}/v1";

    public int Connections { get; private set; }

    /// <summary>What came in: the head as text, the body as text.</summary>
    public ConcurrentQueue<(string Head, string Body)> Requests { get; } = new();

    /// <summary>The body of the request that a connection is being answered for.</summary>
    public string LastOn(Stream connection) => _last[connection];

    /// <summary>Completes when the other side closes the connection on which a reply is being given.</summary>
    public TaskCompletionSource PeerClosed { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public FakeUpstream Then(Reply reply)
    {
        _replies.Enqueue(reply);
        return this;
    }

    public FakeUpstream Then(int status, string body, string headers = "Content-Type: application/json\r\n") =>
        Then((connection, ct) => WriteAsync(
            connection, $"HTTP/1.1 {status} X\r\n{headers}Content-Length: {Encoding.UTF8.GetByteCount(body)}\r\n\r\n{body}", ct));

    /// <summary>A stream in the pieces given, each sent by itself; it ends properly, as HTTP sees it.</summary>
    public FakeUpstream ThenStream(params string[] pieces) => Then(async (connection, ct) =>
    {
        await WriteAsync(connection, StreamHead, ct);
        foreach (var piece in pieces)
        {
            await WriteAsync(connection, Chunk(piece), ct);
        }

        await WriteAsync(connection, "0\r\n\r\n", ct);
    });

    public const string StreamHead = "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n";

    public static string Chunk(string text) => $"{Encoding.UTF8.GetByteCount(text):x}\r\n{text}\r\n";

    public static async Task WriteAsync(Stream connection, string text, CancellationToken ct)
    {
        await connection.WriteAsync(Encoding.UTF8.GetBytes(text), ct);
        await connection.FlushAsync(ct);
    }

    /// <summary>Waits, as a reply, until the other side closes the connection.</summary>
    public async Task UntilPeerClosesAsync(Stream connection, CancellationToken ct)
    {
        try
        {
            while (await connection.ReadAsync(new byte[256], ct) > 0)
            {
                // whatever still comes
            }
        }
        catch (IOException)
        {
            // reset is closed, too
        }

        PeerClosed.TrySetResult();
    }

    public async ValueTask DisposeAsync()
    {
        await _closing.CancelAsync();
        await _serving;
        _listener.Stop();
        _closing.Dispose();
    }

    private async Task ServeAsync()
    {
        var connections = new List<Task>();
        try
        {
            while (true)
            {
                connections.Add(ServeConnectionAsync(await _listener.AcceptTcpClientAsync(_closing.Token)));
                Connections++;
            }
        }
        catch (OperationCanceledException)
        {
            await Task.WhenAll(connections);
        }
    }

    private async Task ServeConnectionAsync(TcpClient client)
    {
        using (client)
        {
            client.NoDelay = true;
            var connection = client.GetStream();
            try
            {
                while (await ReadRequestAsync(connection) is { } request)
                {
                    Requests.Enqueue(request);
                    _last[connection] = request.Body;
                    if (!_replies.TryDequeue(out var reply))
                    {
                        await WriteAsync(connection, "HTTP/1.1 599 No reply prepared\r\nContent-Length: 0\r\n\r\n", _closing.Token);
                        continue;
                    }

                    await reply(connection, _closing.Token);
                }
            }
            catch (Exception e) when (e is IOException or OperationCanceledException or ObjectDisposedException)
            {
                // the other side, or the test, has ended it
            }
        }
    }

    private async Task<(string Head, string Body)?> ReadRequestAsync(NetworkStream connection)
    {
        var head = new StringBuilder();
        var one = new byte[1];
        while (!head.ToString().EndsWith("\r\n\r\n", StringComparison.Ordinal))
        {
            if (await connection.ReadAsync(one, _closing.Token) == 0)
            {
                return null;
            }

            head.Append((char)one[0]);
        }

        var length = head.ToString().Split("\r\n")
            .Where(l => l.StartsWith("Content-Length:", StringComparison.OrdinalIgnoreCase))
            .Select(l => int.Parse(l.Split(':')[1], System.Globalization.CultureInfo.InvariantCulture))
            .FirstOrDefault();
        var body = new byte[length];
        await connection.ReadExactlyAsync(body, _closing.Token);
        return (head.ToString(), Encoding.UTF8.GetString(body));
    }
}
