using ScaiGrid.Gateway.Providers.Http;

namespace ScaiGrid.Gateway.Providers.Google;

/// <summary><c>google</c>: Gemini models through <c>generateContent</c>.</summary>
/// <remarks>
/// <c>base_url</c> (what <c>/models/…</c> follows, <c>https://generativelanguage.googleapis.com/v1beta</c> unless told),
/// <c>model</c>, <c>api_key</c>, <c>headers</c>.
/// </remarks>
public sealed class GoogleKind(UpstreamHttp http, TimeProvider clock) : UpstreamKind("google", http, clock)
{
    private protected override IUpstreamProtocol? Read(ConnectionReader config)
    {
        var url = config.BaseUrl("https://generativelanguage.googleapis.com/v1beta", "");
        var model = config.Name("model", "the upstream's name of the model, such as gemini-2.5-flash");
        config.Key("x-goog-api-key");
        config.OtherHeaders("x-goog-api-key");
        return url is null || model is null ? null : new GoogleProtocol(url, config.Headers, model);
    }
}
