using ScaiGrid.Gateway.Providers.Http;

namespace ScaiGrid.Gateway.Providers.Mistral;

/// <summary><c>mistral</c>: Mistral's own platform, whose protocol is nearly OpenAI's and refuses what is not quite its own.</summary>
/// <remarks>
/// <c>base_url</c> (<c>https://api.mistral.ai/v1</c> unless told), <c>model</c>, <c>api_key</c>, <c>headers</c>.
/// </remarks>
public sealed class MistralKind(UpstreamHttp http, TimeProvider clock) : UpstreamKind("mistral", http, clock)
{
    private protected override IUpstreamProtocol? Read(ConnectionReader config)
    {
        var url = config.BaseUrl("https://api.mistral.ai/v1", "");
        var model = config.Name("model", "the upstream's name of the model, such as mistral-small-latest");
        config.Key("Authorization", "Bearer ");
        config.OtherHeaders();
        return url is null || model is null ? null : new MistralProtocol(new(url + "/chat/completions"), new(url + "/embeddings"), config.Headers, model);
    }
}
