using System.Text.Json;
using FsCheck;
using FsCheck.Fluent;
using ScaiGrid.Gateway.Providers;
using ScaiGrid.Gateway.Providers.Anthropic;
using ScaiGrid.Gateway.Providers.Azure;
using ScaiGrid.Gateway.Providers.Google;
using ScaiGrid.Gateway.Providers.Http;
using ScaiGrid.Gateway.Providers.Mistral;
using ScaiGrid.Gateway.Providers.Ollama;
using ScaiGrid.Gateway.Providers.OpenAi;
using ScaiGrid.Gateway.Providers.Scripted;

namespace ScaiGrid.Gateway.Tests.Providers;

public sealed class ConfigurationTests : IDisposable
{
    private readonly UpstreamHttp _http = new();

    [Fact]
    public void Damaged_configurations_never_throw() => Prop.ForAll<int>(seed =>
    {
        var random = new Random(seed);
        string[] wholes =
        [
            """{"base_url":"http://x/v1","api_key":"sk-1","model":"m","organization":"o","project":"p","headers":{"X-A":"b","X-C":"d"}}""",
            """{"base_url":"https://x","api_key":"k","model":"m","deployment":"d","api_version":"2024-10-21","max_tokens":5,"keep_alive":"5m","options":{"num_ctx":1},"headers":{"A":"b"}}""",
            """{"rules":[{"match":{"regex":"a(b)c","contains":"x"},"reply":"r","delay_ms":5,"fail":{"status":500,"message":"m"},"usage":{"prompt_tokens":1}},{"tool_calls":[{"id":"1","name":"f","arguments":{"a":[]}}]}],"default":{"json":{}}}""",
        ];
        var text = wholes[random.Next(wholes.Length)].ToCharArray();
        for (var i = random.Next(5); i > 0; i--)
        {
            text[random.Next(text.Length)] = "{}[]\",:0\\u xn(*"[random.Next(15)];
        }

        JsonElement config;
        try
        {
            config = JsonElement.Parse(new string(text));
        }
        catch (JsonException)
        {
            return true;
        }

        return Kinds.All(kind => kind.TryConnect(config, Reach.Guarded, out _, out var faults) == (faults.Count == 0));
    }).Check(Config.QuickThrowOnFailure.WithMaxTest(1000));

    [Theory]
    [InlineData("null")]
    [InlineData("7")]
    [InlineData("\"text\"")]
    [InlineData("[{}]")]
    public void A_configuration_that_is_no_object_is_one_fault(string config) =>
        Assert.All(Kinds, kind => Assert.Contains(kind.Validate(Sample.Json(config)), f => f is { Field: "", Message: "must be an object" }));

    public void Dispose() => _http.Dispose();

    private ProviderKind[] Kinds =>
    [
        OpenAiKind.OpenAi(_http, TimeProvider.System), OpenAiKind.Custom(_http, TimeProvider.System), new ScriptedKind(TimeProvider.System),
        new AnthropicKind(_http, TimeProvider.System), new AzureKind(_http, TimeProvider.System), new GoogleKind(_http, TimeProvider.System),
        new MistralKind(_http, TimeProvider.System), new OllamaKind(_http, TimeProvider.System),
    ];
}
