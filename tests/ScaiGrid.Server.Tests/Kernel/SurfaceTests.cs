using System.Net;
using System.Text.Json;
using ScaiGrid.Server.Access;
using ScaiGrid.Server.Tests.Host;

namespace ScaiGrid.Server.Tests.Kernel;

public sealed class SurfaceTests(World world)
{
    [Theory]
    [InlineData("/v1/nothing", "error.code", "NOT_FOUND")]
    [InlineData("/nothing", "error.code", "NOT_FOUND")]
    [InlineData("/api/v1/nothing", "detail.error", "not_found")]
    [InlineData("/oai/v1/nothing", "error.code", "not_found")]
    public async Task An_unknown_address_is_404_in_the_dialect_of_its_surface(string path, string member, string code)
    {
        using var http = world.Server.CreateClient();
        var (status, body) = await http.SendAsync(HttpMethod.Get, path);
        Assert.Equal((HttpStatusCode.NotFound, code), (status, body.Text(member)));
    }

    [Fact]
    public async Task A_wrong_method_is_405()
    {
        using var http = world.Server.CreateClient();
        await http.RefusedAsync(HttpMethod.Delete, "/v1/me", null, HttpStatusCode.MethodNotAllowed, "METHOD_NOT_ALLOWED");
    }

    [Fact]
    public async Task Openais_clients_find_their_own_words_in_a_refusal()
    {
        using var http = world.Server.CreateClient();
        var (status, body) = await http.SendAsync(HttpMethod.Get, "/oai/v1/models");
        Assert.Equal((HttpStatusCode.Unauthorized, "invalid_api_key", "authentication_error"), (status, body.Text("error.code"), body.Text("error.type")));
        Assert.Equal(JsonValueKind.Null, body.At("error.param").ValueKind);
    }

    [Fact]
    public async Task Every_answer_has_an_id_of_its_own_and_a_401_says_how_to_sign_in()
    {
        using var http = world.Server.CreateClient();
        using var one = await http.GetAsync(new Uri("/v1/me", UriKind.Relative), TestContext.Current.CancellationToken);
        using var other = await http.GetAsync(new Uri("/health/live", UriKind.Relative), TestContext.Current.CancellationToken);

        var ids = new[] { one, other }.Select(r => Assert.Single(r.Headers.GetValues("X-Request-Id"))).ToList();
        Assert.All(ids, id => Assert.Matches("^req_[0-9a-hjkmnp-tv-z]{26}$", id));
        Assert.NotEqual(ids[0], ids[1]);
        Assert.Equal("Bearer", Assert.Single(one.Headers.WwwAuthenticate).Scheme);
    }

    [Fact]
    public async Task A_body_is_bounded_and_must_be_there_and_be_json()
    {
        var http = await (await world.NewTenantAsync()).AsAsync(Roles.TenantUser);
        await http.RefusedAsync(HttpMethod.Post, "/v1/api-keys", new { name = new string('x', 2 << 20) }, HttpStatusCode.RequestEntityTooLarge, "PAYLOAD_TOO_LARGE");
        foreach (var text in new[] { "", "{", "[1]", "{\"name\":\"a\",\"name\":\"b\"}", new string('[', 100) })
        {
            using var content = new StringContent(text, System.Text.Encoding.UTF8, "application/json");
            using var response = await http.PostAsync(new Uri("/v1/api-keys", UriKind.Relative), content, TestContext.Current.CancellationToken);
            var body = await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
            Assert.True(response.StatusCode == HttpStatusCode.BadRequest && body.Contains("VALIDATION_ERROR", StringComparison.Ordinal), $"{text}: {body}");
        }
    }

    [Theory]
    [InlineData("limit=0", "limit")]
    [InlineData("limit=1001", "limit")]
    [InlineData("limit=x&cursor=!", "limit", "cursor")]
    public async Task Bad_paging_is_refused_with_every_fault(string query, params string[] fields)
    {
        var http = await (await world.NewTenantAsync()).AsAsync(Roles.TenantUser);
        var error = await http.RefusedAsync(HttpMethod.Get, $"/v1/api-keys?{query}", null, HttpStatusCode.BadRequest, "VALIDATION_ERROR");
        Assert.Equal(fields, error.At("details").EnumerateArray().Select(d => d.Text("field")));
    }
}
