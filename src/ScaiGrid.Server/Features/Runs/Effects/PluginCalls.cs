using ScaiGrid.Flows.Language;
using ScaiGrid.Runtime;
using ScaiGrid.Server.Egress;
using ScaiGrid.Server.Features.Cores;

namespace ScaiGrid.Server.Features.Runs.Effects;

/// <summary>
/// Performs <c>plugin_call</c>: on an MCP server, or through the HTTP bridge, <c>POST {endpoint}/{method}</c> with <c>{args, run_id, idempotency_key}</c>,
/// where a JSON answer with a good status is the result.
/// </summary>
internal sealed class PluginCalls(EgressHttp egress, McpCalls mcp, TimeProvider clock)
{
    private static readonly TimeSpan DefaultTimeout = TimeSpan.FromSeconds(30);

    public async Task<EffectOutcome> CallAsync(EffectContext context, PluginCall call, CancellationToken ct)
    {
        if (context.Core is not { } core || CorePlugins.Find(core.Plugins, core.Program.Manifest, call.Alias) is not { } plugin)
        {
            return EffectOutcome.Failed("plugin_not_found", $"The Core has no plugin '{call.Alias}'.");
        }

        if (!Outside.TryAddress(plugin.Kind == PluginKind.Mcp ? plugin.Endpoint : $"{plugin.Endpoint.TrimEnd('/')}/{Uri.EscapeDataString(call.Method)}", out var address))
        {
            return Outside.NoAddress;
        }

        if (CorePlugins.Unset(Value.Array(Value.Object([new("auth", plugin.Auth)])), core.Config).Select(u => u.Name).FirstOrDefault() is { } unset)
        {
            return EffectOutcome.Failed("secret_missing", $"The plugin '{call.Alias}' signs in with '{unset}', which the Core's environment does not have.");
        }

        var signIn = PluginSignIn.HeaderOf(plugin.Auth, core.Config);
        var timeout = call.Timeout ?? plugin.Timeout ?? DefaultTimeout;
        using var alarm = new CancellationTokenSource(timeout, clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(ct, alarm.Token);
        try
        {
            return await Outside.TryAsync(async () => plugin.Kind == PluginKind.Mcp
                ? await mcp.CallAsync(plugin, call, signIn, timeout, either.Token)
                : OutcomeOf(await egress.SendAsync(address, (to, _) => RequestOf(context, call, to, signIn), either.Token)));
        }
        catch (Exception e) when (e is OperationCanceledException or TimeoutException && !ct.IsCancellationRequested)
        {
            return EffectOutcome.Failed(EffectFailure.Timeout, $"The plugin '{call.Alias}' did not answer within {timeout.TotalSeconds:0.###} s.", retryable: true);
        }
    }

    private static HttpRequestMessage RequestOf(EffectContext context, PluginCall call, Uri address, KeyValuePair<string, string>? signIn)
    {
        var request = new HttpRequestMessage(HttpMethod.Post, address)
        {
            Content = Outside.JsonOf(Value.Object([new("args", call.Args), new("run_id", call.RunId), new("idempotency_key", call.IdempotencyKey), .. ActingOf(context)])),
        };
        request.Headers.TryAddWithoutValidation("Idempotency-Key", call.IdempotencyKey);
        if (signIn is { } header)
        {
            request.Headers.TryAddWithoutValidation(header.Key, header.Value);
        }

        return request;
    }

    /// <summary>The user as whom the Core acts: the plugin is told whose rights it is to go by.</summary>
    private static KeyValuePair<string, Value>[] ActingOf(EffectContext context) => context.Run.ActingAs is not { } user ? [] :
    [
        new("acting_as", Value.Object(
        [
            new("user_id", user.Value),
            new("email", context.Caller.Email),
            new("scopes", Value.Array([.. context.Caller.Permissions.Order(StringComparer.Ordinal).Select(scope => (Value)scope)])),
        ])),
    ];

    private static EffectOutcome OutcomeOf(EgressAnswer answer)
    {
        var body = Outside.BodyOf(answer);
        return answer.Status is >= 200 and < 300
            ? new(body)
            : Outside.Refused(answer.Status, body["error"]["code"].AsString(), body["error"]["message"].AsString() ?? body["message"].AsString() ?? body["error"].AsString());
    }
}
