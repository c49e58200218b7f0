using ScaiGrid.Gateway.Providers.Http;

namespace ScaiGrid.Gateway.Providers.Anthropic;

/// <summary><c>anthropic</c>: Claude models through the Messages API.</summary>
/// <remarks>
/// <c>base_url</c> (<c>https://api.anthropic.com/v1</c> unless told), <c>model</c>, <c>api_key</c>, <c>api_version</c>
/// (<c>2023-06-01</c> unless told), <c>max_tokens</c> (the protocol wants a limit in every call: this one, 4096 unless told,
/// where neither the caller nor the model gives one), <c>headers</c> (such as <c>anthropic-beta</c>).
/// </remarks>
public sealed class AnthropicKind(UpstreamHttp http, TimeProvider clock) : UpstreamKind("anthropic", http, clock)
{
    private protected override IUpstreamProtocol? Read(ConnectionReader config)
    {
        var url = config.BaseUrl("https://api.anthropic.com/v1", "");
        var model = config.Name("model", "the upstream's name of the model, such as claude-sonnet-4-5");
        var limit = config.Config.Integer("max_tokens", 1, 1_000_000) ?? 4096;
        config.Key("x-api-key");
        config.Add("anthropic-version", config.Config.Token("api_version", 40) ?? "2023-06-01");
        config.OtherHeaders("x-api-key", "anthropic-version");
        return url is null || model is null ? null : new AnthropicProtocol(new(url + "/messages"), config.Headers, model, limit);
    }
}
