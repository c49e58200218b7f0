using ScaiGrid.Gateway.Providers;
using ScaiGrid.Gateway.Providers.Http;
using ScaiGrid.Gateway.Providers.OpenAi;

namespace ScaiGrid.Gateway.Tests.Providers.OpenAi;

public sealed class OpenAiContract : UpstreamContract
{
    protected override string Provider => "openai";

    protected override string Config => "\"model\":\"gpt-secret\"";

    internal override ProviderKind Kind(UpstreamHttp http, TimeProvider clock) => OpenAiKind.OpenAi(http, clock);
}
