using System.Net.Http.Headers;
using System.Text;
using ScaiGrid.Flows.Language;
using ScaiGrid.Runtime;
using ScaiGrid.Server.Egress;
using ScaiGrid.Server.Features.Cores;

namespace ScaiGrid.Server.Features.Runs.Effects;

/// <summary>
/// Performs <c>plugin_call</c> through the HTTP bridge: <c>POST {endpoint}/{method}</c> with <c>{args, run_id, idempotency_key}</c>. A JSON answer
/// with a good status is the result.
/// </summary>
internal sealed class PluginCalls(EgressHttp egress, TimeProvider clock)
{
    private static readonly TimeSpan DefaultTimeout = TimeSpan.FromSeconds(30);

    public async Task<EffectOutcome> CallAsync(EffectContext context, PluginCall call, CancellationToken ct)
    {
        if (context.Core is not { } core || CorePlugins.Find(core.Plugins, core.Program.Manifest, call.Alias) is not { } plugin)
        {
            return EffectOutcome.Failed("plugin_not_found", $"The Core has no plugin '{call.Alias}'.");
        }

        if (!Outside.TryAddress($"{plugin.Endpoint.TrimEnd('/')}/{Uri.EscapeDataString(call.Method)}", out var address))
        {
            return Outside.NoAddress;
        }

        var timeout = call.Timeout ?? plugin.Timeout ?? DefaultTimeout;
        using var alarm = new CancellationTokenSource(timeout, clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(ct, alarm.Token);
        try
        {
            return await Outside.TryAsync(async () =>
                OutcomeOf(await egress.SendAsync(address, (to, _) => RequestOf(call, to, plugin.Auth, core.Config), either.Token)));
        }
        catch (OperationCanceledException) when (!ct.IsCancellationRequested)
        {
            return EffectOutcome.Failed(EffectFailure.Timeout, $"The plugin '{call.Alias}' did not answer within {timeout.TotalSeconds:0.###} s.", retryable: true);
        }
    }

    private static HttpRequestMessage RequestOf(PluginCall call, Uri address, Value auth, Value config)
    {
        var request = new HttpRequestMessage(HttpMethod.Post, address)
        {
            Content = Outside.JsonOf(Value.Object([new("args", call.Args), new("run_id", call.RunId), new("idempotency_key", call.IdempotencyKey)])),
        };
        request.Headers.TryAddWithoutValidation("Idempotency-Key", call.IdempotencyKey);
        Authenticate(request.Headers, auth, config);
        return request;
    }

    private static void Authenticate(HttpRequestHeaders headers, Value auth, Value config)
    {
        switch (auth["type"].AsString())
        {
            case "bearer":
                headers.TryAddWithoutValidation("Authorization", $"Bearer {CorePlugins.Resolve(auth["token"], config)}");
                break;
            case "basic":
                var pair = $"{CorePlugins.Resolve(auth["username"], config)}:{CorePlugins.Resolve(auth["password"], config)}";
                headers.TryAddWithoutValidation("Authorization", $"Basic {Convert.ToBase64String(Encoding.UTF8.GetBytes(pair))}");
                break;
            case "header":
                headers.TryAddWithoutValidation(auth["name"].ToText(), CorePlugins.Resolve(auth["value"], config));
                break;
        }
    }

    private static EffectOutcome OutcomeOf(EgressAnswer answer)
    {
        var body = Outside.BodyOf(answer);
        if (answer.Status is >= 200 and < 300)
        {
            return new(body);
        }

        var said = body["error"]["message"].AsString() ?? body["message"].AsString() ?? body["error"].AsString();
        return EffectOutcome.Failed(
            body["error"]["code"].AsString() ?? $"http_{answer.Status}", said is null ? $"The plugin answered with {answer.Status}." : $"The plugin answered with {answer.Status}: {said}",
            retryable: answer.Status is 408 or 425 or 429 or >= 500);
    }
}
