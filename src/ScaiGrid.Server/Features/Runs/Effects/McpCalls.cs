using System.Runtime.ExceptionServices;
using System.Text.Json;
using ModelContextProtocol;
using ModelContextProtocol.Client;
using ModelContextProtocol.Protocol;
using ScaiGrid.Flows.Language;
using ScaiGrid.Runtime;
using ScaiGrid.Server.Egress;
using ScaiGrid.Server.Features.Cores;

namespace ScaiGrid.Server.Features.Runs.Effects;

/// <summary>
/// Performs <c>plugin_call</c> on a server of the Model Context Protocol, over its streamable HTTP transport: the method is a tool, and the args are
/// its arguments. Every call is a session of its own, so that nothing of one run is left for the next.
/// </summary>
internal sealed class McpCalls(EgressHttp egress, TimeProvider clock)
{
    /// <summary>For telling the server that the session is over: the call is done by then, and nobody should wait for it.</summary>
    private static readonly TimeSpan LongestEnd = TimeSpan.FromSeconds(2);

    private static readonly McpClientOptions Client = new() { ClientInfo = new() { Name = "ScaiGrid", Version = typeof(McpCalls).Assembly.GetName().Version!.ToString(3) } };

    /// <param name="timeout">Bounds each request of the session.</param>
    public async Task<EffectOutcome> CallAsync(CorePlugin plugin, PluginCall call, KeyValuePair<string, string>? signIn, TimeSpan timeout, CancellationToken ct)
    {
        using var http = egress.NewClient(timeout);
        try
        {
            await using var transport = new HttpClientTransport(OptionsOf(plugin, call, signIn), http);
            var session = await McpClient.CreateAsync(transport, Client, cancellationToken: ct);
            try
            {
                return OutcomeOf(await session.CallToolAsync(RequestOf(call), ct));
            }
            finally
            {
                await EndAsync(session);
            }
        }
        catch (HttpRequestException e) when (e.StatusCode is { } status)
        {
            return Outside.Refused((int)status);
        }
        catch (Exception e) when (e is McpException or JsonException or InvalidOperationException or NotSupportedException or ArgumentException)
        {
            if (e.InnerException is HttpRequestException or EgressTooLargeException)
            {
                ExceptionDispatchInfo.Throw(e.InnerException);
            }

            return EffectOutcome.Failed("mcp_error", $"The MCP server does not do that: {e.Message}");
        }
    }

    private async Task EndAsync(McpClient session)
    {
        try
        {
            await session.DisposeAsync().AsTask().WaitAsync(LongestEnd, clock);
        }
        catch (Exception e) when (e is TimeoutException or OperationCanceledException or HttpRequestException or IOException or McpException)
        {
            // a server that keeps a session which nobody uses sees to that itself
        }
    }

    private static HttpClientTransportOptions OptionsOf(CorePlugin plugin, PluginCall call, KeyValuePair<string, string>? signIn)
    {
        var headers = new Dictionary<string, string> { ["Idempotency-Key"] = call.IdempotencyKey };
        if (signIn is { } header)
        {
            headers[header.Key] = header.Value;
        }

        return new()
        {
            Endpoint = new(plugin.Endpoint),
            TransportMode = HttpTransportMode.StreamableHttp,
            EnableStandaloneGetStream = false,
            MaxReconnectionAttempts = 0, // an answer that breaks off is a failure of the call, which its key lets be repeated
            AdditionalHeaders = headers,
        };
    }

    private static CallToolRequestParams RequestOf(PluginCall call) => new()
    {
        Name = call.Method,
        Arguments = JsonElement.Parse(call.Args.ToJson()).EnumerateObject().ToDictionary(p => p.Name, p => p.Value),
        Meta = new() { ["run_id"] = call.RunId, ["idempotency_key"] = call.IdempotencyKey },
    };

    private static EffectOutcome OutcomeOf(CallToolResult result)
    {
        var content = result.StructuredContent is { } structured && result.IsError != true ? Value.FromJson(structured) : ContentOf(result.Content);
        return result.IsError == true
            ? EffectOutcome.Failed("tool_failed", $"The tool failed: {(content.IsNull ? "it does not say why." : content.ToText())}")
            : new(content);
    }

    /// <summary>Text as text; where there is anything else, every block as the protocol writes it.</summary>
    private static Value ContentOf(IList<ContentBlock> blocks) => blocks.Count == 0 ? default
        : blocks.All(b => b is TextContentBlock) ? string.Join('\n', blocks.Cast<TextContentBlock>().Select(b => b.Text))
        : Value.FromJson(JsonSerializer.SerializeToElement(blocks, McpJsonUtilities.DefaultOptions));
}
