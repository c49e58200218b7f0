using System.Net;
using ScaiGrid.Server.Kernel;
using ScaiGrid.Server.Tests.Host;

namespace ScaiGrid.Server.Tests.Kernel;

/// <summary>Whose word is taken for who called, and what browsers are told about coming back.</summary>
public sealed class ForwardedRequestsTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("10.0.0.0/8", true)]
    [InlineData("10.1.2.3", true)]
    [InlineData("fd00::/8", true)]
    [InlineData("::1", true)]
    [InlineData("10.0.0.0/33", false)]
    [InlineData("proxy.example", false)]
    [InlineData("", false)]
    public void A_proxy_is_an_address_or_a_network(string text, bool expected) => Assert.Equal(expected, ForwardedRequests.TryParse(text, out _));

    [Fact]
    public void One_address_is_a_network_of_itself()
    {
        Assert.True(ForwardedRequests.TryParse("10.1.2.3", out var network));

        Assert.True(network.Contains(IPAddress.Parse("10.1.2.3")) && !network.Contains(IPAddress.Parse("10.1.2.4")));
    }

    [Fact]
    public void What_is_no_network_keeps_the_server_from_starting() =>
        Assert.StartsWith("Proxies:1", Assert.Single(OptionsCheck.Check(new() { Proxies = ["10.0.0.0/8", "proxy.example"] })), StringComparison.Ordinal);

    [Theory]
    [InlineData("https://grid.example", "max-age=31536000")]
    [InlineData("http://grid.example", null)]
    public async Task Browsers_are_told_to_come_by_TLS_where_callers_do(string publicUrl, string? expected)
    {
        await using var server = new TestServer(new() { ["PublicUrl"] = publicUrl });
        using var client = server.CreateClient();

        using var response = await client.GetAsync(new Uri("/health/live", UriKind.Relative), Cancel);

        Assert.Equal(expected, response.Headers.TryGetValues("Strict-Transport-Security", out var values) ? values.Single() : null);
        Assert.Equal("nosniff", response.Headers.GetValues("X-Content-Type-Options").Single());
    }
}
