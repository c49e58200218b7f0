using System.Text.Json;
using ScaiGrid.Gateway.Providers.Http;

namespace ScaiGrid.Gateway.Providers.Ollama;

/// <summary><c>ollama</c>: models that run on an Ollama server, through its own protocol.</summary>
/// <remarks>
/// <c>base_url</c> (<c>http://localhost:11434</c> unless told), <c>model</c>, <c>api_key</c> (for Ollama's cloud, or a proxy),
/// <c>keep_alive</c> (how long the model stays loaded, such as <c>10m</c>), <c>options</c> (an object of model options such as
/// <c>num_ctx</c>; what a request says itself goes before), <c>headers</c>.
/// </remarks>
public sealed class OllamaKind(UpstreamHttp http, TimeProvider clock) : UpstreamKind("ollama", http, clock)
{
    private protected override IUpstreamProtocol? Read(ConnectionReader config)
    {
        var url = config.BaseUrl("http://localhost:11434", "");
        var model = config.Name("model", "the name of a model that the server has, such as llama3.2");
        var keepAlive = config.Config.Line("keep_alive", 20);
        var options = config.Config.Get("options", "an object of model options", JsonValueKind.Object)?.Clone() ?? default;
        config.Key("Authorization", "Bearer ");
        config.OtherHeaders();
        return url is null || model is null
            ? null
            : new OllamaProtocol(new(url + "/api/chat"), new(url + "/api/embed"), config.Headers, new(model, keepAlive, options));
    }
}
