using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using ScaiGrid.Flows.Language;
using ScaiGrid.Flows.Tests.Fuzz;
using ScaiGrid.Server.Tests.Catalog;
using ScaiGrid.Server.Tests.Flows;
using ScaiGrid.Server.Tests.Host;

namespace ScaiGrid.Server.Tests.Fuzz;

/// <summary>
/// Whatever a client sends to the Flow API, it is answered or refused, and no refusal is the server's fault. A hundredth of what
/// <c>SCAIGRID_TEST_FUZZ</c> says is sent to each door; every body is made from its number, which a failure names.
/// </summary>
public sealed class HttpFuzzTests(OidcWorld world)
{
    private static readonly int Count = int.Parse(Environment.GetEnvironmentVariable("SCAIGRID_TEST_FUZZ") ?? "4000", CultureInfo.InvariantCulture) / 100;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("flows", """{"name": "Echo", "description": "x", "content": $}""")]
    [InlineData("flows/compile", """{"content": $, "format": "yaml"}""")]
    [InlineData("flows/validate", """{"content": $}""")]
    [InlineData("catalog/publish", """{"package_id": "echo", "name": "Echo", "version": "0.1.0", "readme": "# Hi", "visibility": "tenant", "content": $}""")]
    public async Task Bodies_that_are_json_are_answered(string path, string body)
    {
        var author = await world.NewAuthorAsync(await world.NewTenantAsync());
        var whole = Value.FromJson(body.Replace("$", TestFlows.Echo().ToJsonString(), StringComparison.Ordinal));
        for (var number = 0; number < Count; number++)
        {
            var sent = new Mutation(new(number)).Of(whole, 1 + number % 3).ToJson();
            await AnsweredAsync(author.Http, path, number, sent, () => new StringContent(sent, Encoding.UTF8, "application/json"));
        }
    }

    [Theory]
    [InlineData("flows")]
    [InlineData("flows/compile")]
    [InlineData("catalog/publish")]
    public async Task Bodies_that_are_hardly_json_are_answered(string path)
    {
        var author = await world.NewAuthorAsync(await world.NewTenantAsync());
        var whole = JsonSerializer.Serialize(new { package_id = "echo", name = "Echo", content = TestFlows.Echo() });
        for (var number = 0; number < Count; number++)
        {
            var sent = new Damage(new(number)).Of(whole);
            await AnsweredAsync(author.Http, path, number, sent, () => new StringContent(sent, Encoding.UTF8, "application/json"));
        }
    }

    [Fact]
    public async Task Archives_are_answered()
    {
        var author = await world.NewAuthorAsync(await world.NewTenantAsync());
        await author.Http.PublishAsync(TestCatalog.Support());
        var archive = await author.Http.GetByteArrayAsync(new Uri($"{TestCatalog.Base}/customer-support/versions/0.2.0/download", UriKind.Relative), Cancel);
        for (var number = 0; number < Count; number++)
        {
            var sent = number == 0 ? archive : new Damage(new(number)).Of(archive);
            await AnsweredAsync(author.Http, "catalog/import", number, Convert.ToHexString(sent), () => new ByteArrayContent(sent) { Headers = { ContentType = new MediaTypeHeaderValue("application/octet-stream") } });
        }
    }

    private static async Task AnsweredAsync(HttpClient http, string path, int number, string sent, Func<HttpContent> content)
    {
        using var body = content();
        using var response = await http.PostAsync(new Uri($"/api/v1/{path}", UriKind.Relative), body, Cancel);
        var answer = await response.Content.ReadAsStringAsync(Cancel);

        Assert.True(response.StatusCode < HttpStatusCode.InternalServerError, $"{path}, body {number}: {(int)response.StatusCode} {answer}\n{sent[..Math.Min(sent.Length, 5000)]}");
        Assert.NotEqual(HttpStatusCode.Unauthorized, response.StatusCode);
    }
}
