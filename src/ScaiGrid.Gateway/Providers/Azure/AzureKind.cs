using ScaiGrid.Gateway.Json;
using ScaiGrid.Gateway.Providers.Http;
using ScaiGrid.Gateway.Providers.OpenAi;

namespace ScaiGrid.Gateway.Providers.Azure;

/// <summary>
/// <c>azure</c>: models deployed in an Azure OpenAI resource. It is OpenAI's protocol behind an address that names the
/// deployment and the version of the API, with the key in a header of its own.
/// </summary>
/// <remarks>
/// <c>base_url</c> (the resource's endpoint, such as <c>https://acme.openai.azure.com</c>), <c>deployment</c>,
/// <c>api_version</c> (<c>2024-10-21</c> unless told), <c>api_key</c>, <c>headers</c>.
/// </remarks>
public sealed class AzureKind(UpstreamHttp http, TimeProvider clock) : UpstreamKind("azure", http, clock)
{
    private const string DefaultVersion = "2024-10-21";

    private protected override IUpstreamProtocol? Read(ConnectionReader config)
    {
        var url = config.BaseUrl(null, "the endpoint of the resource, such as https://acme.openai.azure.com");
        var deployment = config.Name("deployment", "the name that the model was deployed under");
        var version = config.Config.Line("api_version", 40) ?? DefaultVersion;
        if (!version.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '.'))
        {
            config.Config.Fault("api_version", $"must be the name of a version, such as {DefaultVersion}");
        }

        config.Key("api-key");
        config.OtherHeaders("api-key");
        if (url is null || deployment is null)
        {
            return null;
        }

        var deployed = $"{url}/openai/deployments/{Uri.EscapeDataString(deployment)}";
        return new OpenAiProtocol(
            new($"{deployed}/chat/completions?api-version={version}"), new($"{deployed}/embeddings?api-version={version}"), config.Headers, JsonText.Quote(deployment), "\"max_completion_tokens\":"u8.ToArray());
    }
}
