using System.ClientModel;
using OpenAI;
using ScaiGrid.EndToEnd.Host;

namespace ScaiGrid.EndToEnd;

/// <summary>A server with a model behind a backend, one that is a Core and one that makes embeddings, for OpenAI's clients.</summary>
public sealed class OpenAiServer : IAsyncLifetime
{
    public const string Canned = "test/canned", Echo = "scaicore/acme/echo", Vectors = "test/vectors";

    private readonly CannedUpstream _upstream = new();
    private readonly Installation _installation;
    private ServerProcess? _server;

    public OpenAiServer() => _installation = Installation.Make(settings: _upstream.Setting);

    public OpenAIClient Client => ClientWith(Key);

    internal string Key => _installation.Key;

    internal string BaseUrl => $"{_server!.Url}oai/v1";

    public OpenAIClient ClientWith(string key) => new(new ApiKeyCredential(key), new OpenAIClientOptions { Endpoint = new(BaseUrl) });

    public async ValueTask InitializeAsync()
    {
        _server = await _installation.StartAsync();
        using var alice = _server.ClientFor(Key);
        await alice.PublishedCoreAsync(Samples.Echo());
    }

    public async ValueTask DisposeAsync()
    {
        await _installation.DisposeAsync();
        await _upstream.DisposeAsync();
    }
}
