using ScaiGrid.Gateway.Providers.Http;
using ScaiGrid.Gateway.Providers.OpenAi;

namespace ScaiGrid.Gateway.Tests.Providers.OpenAi;

public sealed class OpenAiKindTests : IDisposable
{
    private readonly UpstreamHttp _http = new();

    [Theory]
    [InlineData("openai", "{}")]
    [InlineData("openai", """{"api_key":"sk-1","base_url":null}""")]
    [InlineData("openai", """{"base_url":"https://proxy.example/openai/v1/","model":"gpt-4o"}""")]
    [InlineData("custom", """{"base_url":"http://localhost:8000/v1","headers":{}}""")]
    public void A_proper_connection_has_no_faults(string kind, string config) => Assert.Empty(FaultsOf(kind, config));

    [Theory]
    [InlineData("custom", "{}", "base_url")]
    [InlineData("custom", """{"base_url":""}""", "base_url")]
    [InlineData("custom", """{"base_url":7}""", "base_url")]
    [InlineData("custom", """{"base_url":"localhost:8000"}""", "base_url")]
    [InlineData("custom", """{"base_url":"/v1"}""", "base_url")]
    [InlineData("custom", """{"base_url":"ftp://x/v1"}""", "base_url")]
    [InlineData("custom", """{"base_url":"http://me:pw@x/v1"}""", "base_url")]
    [InlineData("custom", """{"base_url":"http://x/v1?key=1"}""", "base_url")]
    [InlineData("custom", """{"base_url":"http://x/v1#a"}""", "base_url")]
    [InlineData("openai", """{"api_key":"a\r\nX-Evil: 1"}""", "api_key")]
    [InlineData("openai", """{"api_key":7}""", "api_key")]
    [InlineData("openai", """{"api_key":"schlüssel"}""", "api_key")]
    [InlineData("openai", """{"project":"größe"}""", "project")]
    [InlineData("openai", """{"organization":"a\nb"}""", "organization")]
    [InlineData("openai", """{"model":""}""", "model")]
    [InlineData("openai", """{"apikey":"x"}""", "apikey")]
    [InlineData("openai", """{"headers":[]}""", "headers")]
    [InlineData("openai", """{"headers":{"Authorization":"x"}}""", "headers.Authorization")]
    [InlineData("openai", """{"headers":{"host":"x"}}""", "headers.host")]
    [InlineData("openai", """{"headers":{"X A":"x"}}""", "headers.X A")]
    [InlineData("openai", """{"headers":{"X-A":"a\nb"}}""", "headers.X-A")]
    [InlineData("openai", """{"headers":{"X-A":7}}""", "headers.X-A")]
    public void A_fault_in_a_connection_is_named_by_its_field(string kind, string config, string field) =>
        Assert.Equal([field], FaultsOf(kind, config).Select(f => f.Field));

    [Fact]
    public void Every_fault_of_a_connection_is_told_at_once() => Assert.Equal(
        ["base_url", "model", "headers.host", "x"],
        FaultsOf("custom", """{"x":1,"headers":{"host":"a"},"model":7}""").Select(f => f.Field));

    [Fact]
    public void Keys_and_headers_are_secret() =>
        Assert.Equal(["api_key", "headers"], OpenAiKind.OpenAi(_http, TimeProvider.System).SecretFields);

    public void Dispose() => _http.Dispose();

    private IReadOnlyList<Fault> FaultsOf(string kind, string config) =>
        (kind == "openai" ? OpenAiKind.OpenAi(_http, TimeProvider.System) : OpenAiKind.Custom(_http, TimeProvider.System))
        .Validate(Sample.Json(config));
}
