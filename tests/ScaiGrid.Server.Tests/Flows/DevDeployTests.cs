using System.Net;
using System.Net.Http.Headers;
using ScaiGrid.Server.Tests.Cores;
using ScaiGrid.Server.Tests.Host;
using ScaiGrid.Server.Tests.Publishing;
using static ScaiGrid.Server.Tests.Flows.TestFlows;

namespace ScaiGrid.Server.Tests.Flows;

public sealed class DevDeployTests : IAsyncLifetime
{
    private const string Token = "a-token-for-development", Path = "/api/v1/dev/deploy";

    private readonly World _world = new(new TestServer(new() { ["DevToken"] = Token, ["DevTenant"] = "tenant-1" }));
    private TestTenant _acme = null!;

    public async ValueTask InitializeAsync() => _acme = await _world.NewTenantAsync();

    public ValueTask DisposeAsync() => _world.DisposeAsync();

    [Fact]
    public async Task A_flow_is_deployed_without_being_saved_and_again_to_the_same_Core()
    {
        using var dev = Client(Token);

        var first = await dev.BareAsync(HttpMethod.Post, Path, new { content = Echo(), publish_as_model = true });
        var second = await dev.BareAsync(HttpMethod.Post, Path, new { content = Echo("Now: {{input.message}}") });

        Assert.Equal(("scaicore/tenant-1/echo", first.Text("core_id")), (first.Text("published_slug"), second.Text("core_id")));
        Assert.Equal("Now: x", (await (await _acme.AsAdminAsync()).ChatAsync(first.Text("published_slug")!, "x")).Reply);
        await _acme.AssertWholeAsync();
        Assert.Equal("compile_error", (await dev.DeniedAsync(HttpMethod.Post, Path, new { content = Echo("{{") }, HttpStatusCode.BadRequest, "compile_error")).Text("error"));
    }

    [Theory]
    [InlineData("another-token-of-the-length")]
    [InlineData("")]
    [InlineData("a-token-for-developmenT")]
    public async Task No_other_token_deploys(string token)
    {
        using var http = Client(token);
        await http.DeniedAsync(HttpMethod.Post, Path, new { content = Echo() }, HttpStatusCode.Unauthorized, token.Length == 0 ? "auth_token_missing" : "auth_token_invalid");
    }

    [Fact]
    public async Task Keys_do_not_deploy_this_way()
    {
        var admin = await _acme.AsAdminAsync();
        await admin.DeniedAsync(HttpMethod.Post, Path, new { content = Echo() }, HttpStatusCode.Unauthorized, "auth_token_invalid");
    }

    [Theory]
    [InlineData("GET", "/api/v1/flows")]
    [InlineData("POST", "/api/v1/flows")]
    [InlineData("POST", "/api/v1/flows/compile")]
    [InlineData("GET", "/v1/me")]
    [InlineData("GET", "/v1/modules/scaicore/cores")]
    [InlineData("POST", "/v1/inference/chat")]
    [InlineData("GET", "/oai/v1/models")]
    public async Task The_token_reaches_nothing_else(string method, string path)
    {
        using var dev = Client(Token);
        Assert.Equal(HttpStatusCode.Unauthorized, (await dev.SendAsync(new HttpMethod(method), path, method == "POST" ? new { } : null)).Status);
    }

    [Fact]
    public async Task Without_the_option_the_address_is_not_there()
    {
        using var server = new TestServer();
        using var http = server.CreateClient();
        http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", Token);
        await http.DeniedAsync(HttpMethod.Post, Path, new { content = Echo() }, HttpStatusCode.NotFound, "not_found");
    }

    [Fact]
    public async Task A_tenant_that_is_not_there_is_told()
    {
        using var server = new TestServer(new() { ["DevToken"] = Token, ["DevTenant"] = "nobody" });
        using var http = server.CreateClient();
        http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", Token);
        await http.DeniedAsync(HttpMethod.Post, Path, new { content = Echo() }, HttpStatusCode.Forbidden, "tenant_unknown");
    }

    private HttpClient Client(string token)
    {
        var http = _world.Server.CreateClient();
        http.DefaultRequestHeaders.Authorization = token.Length == 0 ? null : new AuthenticationHeaderValue("Bearer", token);
        return http;
    }
}
