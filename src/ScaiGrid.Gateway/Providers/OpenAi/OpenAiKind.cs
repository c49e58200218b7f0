using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using ScaiGrid.Gateway.Providers.Http;

namespace ScaiGrid.Gateway.Providers.OpenAi;

/// <summary>
/// OpenAI itself, or anything that speaks its protocol (vLLM, llama.cpp, LM Studio, other gateways, …): the two differ in
/// where they are by default and in the name of the member that limits the output.
/// </summary>
public sealed class OpenAiKind : ProviderKind
{
    private readonly UpstreamHttp _http;
    private readonly TimeProvider _clock;
    private readonly string? _defaultUrl;
    private readonly ReadOnlyMemory<byte> _outputLimit;

    private OpenAiKind(string name, UpstreamHttp http, TimeProvider clock, string? defaultUrl, ReadOnlySpan<byte> outputLimit)
        : base(name) => (_http, _clock, _defaultUrl, _outputLimit) = (http, clock, defaultUrl, outputLimit.ToArray());

    public override IReadOnlyList<string> SecretFields => ["api_key", "headers"];

    /// <summary><c>openai</c>: <c>base_url</c> is OpenAI's unless told.</summary>
    public static OpenAiKind OpenAi(UpstreamHttp http, TimeProvider clock) =>
        new("openai", http, clock, "https://api.openai.com/v1", "\"max_completion_tokens\":"u8);

    /// <summary><c>custom</c>: <c>base_url</c> is required.</summary>
    public static OpenAiKind Custom(UpstreamHttp http, TimeProvider clock) => new("custom", http, clock, null, "\"max_tokens\":"u8);

    public override bool TryConnect(
        JsonElement config, Reach reach, [NotNullWhen(true)] out IChatProvider? provider, out IReadOnlyList<Fault> faults)
    {
        var connection = OpenAiConnection.Read(config, _defaultUrl, _outputLimit, out faults);
        provider = connection is null ? null : new OpenAiProvider(connection, _http.For(reach), _clock);
        return provider is not null;
    }
}
