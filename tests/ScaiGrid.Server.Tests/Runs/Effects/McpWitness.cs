using System.Collections.Concurrent;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using ModelContextProtocol;
using ModelContextProtocol.Protocol;
using ModelContextProtocol.Server;

namespace ScaiGrid.Server.Tests.Runs.Effects;

/// <summary>A server of the Model Context Protocol, on loopback, that the protocol's own SDK answers for. It remembers what it was sent.</summary>
internal sealed class McpWitness : IAsyncDisposable
{
    private readonly WebApplication _app;

    private readonly McpServerOptions _options;

    private McpWitness(WebApplication app, string? protocolVersion)
    {
        _app = app;
        _options = new()
        {
            ServerInfo = new() { Name = "witness", Version = "1" },
            ProtocolVersion = protocolVersion,
            ToolCollection =
            [
                McpServerTool.Create((int a, int b) => new { sum = a + b }, new() { Name = "add", UseStructuredContent = true }),
                McpServerTool.Create((string text) => text, new() { Name = "echo" }),
                McpServerTool.Create((int length) => new string('x', length), new() { Name = "long" }),
                McpServerTool.Create(() => new ContentBlock[] { new TextContentBlock { Text = "look" }, ImageContentBlock.FromBytes(new byte[] { 1, 2 }, "image/png") }, new() { Name = "picture" }),
                McpServerTool.Create(string () => throw new McpException("no luck"), new() { Name = "fail" }),
            ],
        };
    }

    public string Url => $"{_app.Urls.Single()}/mcp";

    public ConcurrentQueue<Seen> Seen { get; } = new();

    /// <summary>Answers in the server's place where it returns true.</summary>
    public Func<HttpContext, Task<bool>> Instead { get; set; } = _ => Task.FromResult(false);

    /// <param name="protocolVersion">The only revision of the protocol that it speaks; null for all.</param>
    public static async Task<McpWitness> StartAsync(string? protocolVersion = null)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        var app = builder.Build();
        app.Urls.Add("http://127.0.0.1:0");
        var witness = new McpWitness(app, protocolVersion);
        app.MapMethods("/mcp", ["POST", "DELETE"], witness.AnswerAsync);
        await app.StartAsync(TestContext.Current.CancellationToken);
        return witness;
    }

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    private async Task AnswerAsync(HttpContext context)
    {
        using var reader = new StreamReader(context.Request.Body);
        var body = await reader.ReadToEndAsync(context.RequestAborted);
        Seen.Enqueue(new(context.Request.Method, context.Request.Path, context.Request.Headers.ToDictionary(h => h.Key.ToLowerInvariant(), h => h.Value.ToString()), body));
        if (await Instead(context))
        {
            return;
        }

        await using var transport = new StreamableHttpServerTransport { Stateless = true };
        await using var server = McpServer.Create(transport, _options);
        using var over = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted);
        var running = server.RunAsync(over.Token);
        context.Response.ContentType = "text/event-stream";
        if (!await transport.HandlePostRequestAsync(JsonSerializer.Deserialize<JsonRpcMessage>(body, McpJsonUtilities.DefaultOptions)!, context.Response.Body, context.RequestAborted))
        {
            context.Response.ContentType = null;
            context.Response.StatusCode = StatusCodes.Status202Accepted;
        }

        await over.CancelAsync();
        await running.ContinueWith(_ => { }, TaskScheduler.Default); // it ends by the cancellation
    }
}
