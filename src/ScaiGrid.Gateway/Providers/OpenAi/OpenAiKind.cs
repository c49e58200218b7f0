using ScaiGrid.Gateway.Json;
using ScaiGrid.Gateway.Providers.Http;

namespace ScaiGrid.Gateway.Providers.OpenAi;

/// <summary>
/// OpenAI itself, or anything that speaks its protocol (vLLM, llama.cpp, LM Studio, other gateways, …): the two differ in
/// where they are by default and in the name of the member that limits the output.
/// </summary>
/// <remarks>
/// <c>base_url</c> (to and including the version, such as <c>https://api.openai.com/v1</c>), <c>api_key</c>, <c>model</c> (the
/// public slug unless told), <c>organization</c>, <c>project</c>, <c>headers</c> (an object of strings).
/// </remarks>
public sealed class OpenAiKind : UpstreamKind
{
    private readonly string? _defaultUrl;
    private readonly byte[] _outputLimit;

    private OpenAiKind(string name, UpstreamHttp http, TimeProvider clock, string? defaultUrl, ReadOnlySpan<byte> outputLimit)
        : base(name, http, clock) => (_defaultUrl, _outputLimit) = (defaultUrl, outputLimit.ToArray());

    /// <summary><c>openai</c>: <c>base_url</c> is OpenAI's unless told.</summary>
    public static OpenAiKind OpenAi(UpstreamHttp http, TimeProvider clock) =>
        new("openai", http, clock, "https://api.openai.com/v1", "\"max_completion_tokens\":"u8);

    /// <summary><c>custom</c>: <c>base_url</c> is required.</summary>
    public static OpenAiKind Custom(UpstreamHttp http, TimeProvider clock) => new("custom", http, clock, null, "\"max_tokens\":"u8);

    private protected override IUpstreamProtocol? Read(ConnectionReader config)
    {
        var url = config.BaseUrl(_defaultUrl, "the address that chat/completions follows, such as http://localhost:8000/v1");
        var model = config.Config.Line("model", 200);
        config.Key("Authorization", "Bearer ");
        config.Header("organization", "OpenAI-Organization");
        config.Header("project", "OpenAI-Project");
        config.OtherHeaders();
        return url is null
            ? null
            : new OpenAiProtocol(new(url + "/chat/completions"), new(url + "/embeddings"), config.Headers, model is null ? null : JsonText.Quote(model), _outputLimit);
    }
}
