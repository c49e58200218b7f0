using ScaiGrid.Gateway.Providers;
using ScaiGrid.Gateway.Providers.Azure;
using ScaiGrid.Gateway.Providers.Http;

namespace ScaiGrid.Gateway.Tests.Providers.Azure;

public sealed class AzureContract : UpstreamContract
{
    protected override string Provider => "azure";

    protected override string Config => "\"deployment\":\"gpt-secret\"";

    internal override ProviderKind Kind(UpstreamHttp http, TimeProvider clock) => new AzureKind(http, clock);

    [Theory]
    [InlineData("""{"base_url":"https://acme.openai.azure.com/","deployment":"gpt 4o/x","api_version":"2025-04-01-preview"}""")]
    [InlineData("""{"base_url":"https://acme.openai.azure.com","deployment":"d","api_key":"k","headers":{"X-Proxy":"1"}}""")]
    public void A_proper_connection_has_no_faults(string config) => Assert.Empty(FaultsOf(config));

    [Theory]
    [InlineData("{}", "base_url", "deployment")]
    [InlineData("""{"base_url":"https://x","deployment":7}""", "deployment")]
    [InlineData("""{"base_url":"https://x","deployment":"d","api_version":"1&x=2"}""", "api_version")]
    [InlineData("""{"base_url":"https://x","deployment":"d","headers":{"Api-Key":"x"}}""", "headers.Api-Key")]
    [InlineData("""{"base_url":"https://x","deployment":"d","model":"m"}""", "model")]
    public void Faults_are_named_by_their_fields(string config, params string[] fields) =>
        Assert.Equal(fields, FaultsOf(config).Select(f => f.Field));

    [Fact]
    public async Task Filtered_content_is_a_refusal_whose_reason_the_caller_sees()
    {
        var (result, _) = await ExchangeAsync(
            Sample.Hello, """{"error":{"message":"The response was filtered.","code":"content_filter","status":400}}""");

        Assert.Equal(FailureClass.Refused, result.Failure?.Class);
        Assert.Equal("The response was filtered.", result.Failure?.Message);
    }

    private static IReadOnlyList<Fault> FaultsOf(string config)
    {
        using var http = new UpstreamHttp();
        return new AzureKind(http, TimeProvider.System).Validate(Sample.Json(config));
    }
}
