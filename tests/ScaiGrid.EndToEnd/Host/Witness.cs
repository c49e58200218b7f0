using System.Collections.Concurrent;
using System.Net;
using System.Text;

namespace ScaiGrid.EndToEnd.Host;

/// <summary>Somebody outside whom flows call. It remembers every call by its path and idempotency key, and answers after a moment.</summary>
internal sealed class Witness : IAsyncDisposable
{
    private readonly Loopback _server;

    public Witness() => _server = new(AnswerAsync);

    /// <summary>What a call of a path waits for before it is answered, in place of a moment.</summary>
    public ConcurrentDictionary<string, Task> Holds { get; } = new();

    public string Url => _server.Url;

    /// <summary>Path and key of every call, in the order they came.</summary>
    public ConcurrentQueue<(string Path, string Key)> Calls { get; } = new();

    public ValueTask DisposeAsync() => _server.DisposeAsync();

    private async Task AnswerAsync(HttpListenerContext context)
    {
        Calls.Enqueue((context.Request.Url!.AbsolutePath, context.Request.Headers["Idempotency-Key"] ?? ""));
        await (Holds.TryGetValue(context.Request.Url.AbsolutePath, out var hold) ? hold : Task.Delay(Random.Shared.Next(20))); // so that servers die in the midst of calls, too
        context.Response.ContentType = "application/json";
        context.Response.Close(Encoding.UTF8.GetBytes("{}"), willBlock: false);
    }
}
