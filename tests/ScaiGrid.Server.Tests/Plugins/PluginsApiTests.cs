using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using ScaiGrid.Server.Access;
using ScaiGrid.Server.Features.Cores;
using ScaiGrid.Server.Features.Tenancy;
using ScaiGrid.Server.Kernel;
using ScaiGrid.Server.Tests.Cores;
using ScaiGrid.Server.Tests.Host;
using ScaiGrid.Server.Tests.Runs.Effects;
using static ScaiGrid.Server.Tests.Runs.Effects.OutsideWorld;

namespace ScaiGrid.Server.Tests.Plugins;

public sealed class PluginsApiTests(OutsideWorld outside, World strict) : IClassFixture<OutsideWorld>
{
    private const string Post = "- { id: entry, plugin_call: { alias: ledger, method: post, args: { amount: 5 } } }\n- rigid: \"{{entry.id}}\"";

    [Fact]
    public async Task A_registered_plugin_is_called_by_runs_until_it_is_removed()
    {
        await using var witness = new Witness { Answer = (_, _) => Task.FromResult("""{"id": 7}""") };
        var admin = await outside.AdminAsync();
        var id = await StartAsync(admin, Post);
        Assert.EndsWith("(plugin_not_found)", (await FailAsync(admin, id)).Text("message"), StringComparison.Ordinal);

        var added = await admin.PostDataAsync(Plugins(id), new { alias = "ledger", endpoint = $"{witness.Url}/books", auth = new { type = "bearer", token = "hush-hush" }, timeout = 5 }, HttpStatusCode.Created);
        var run = await InvokeAsync(admin, id);

        var seen = Assert.Single(witness.Seen);
        Assert.Equal(("/books/post", "Bearer hush-hush", 7), (seen.Url, seen.Headers["authorization"], run.At("output").GetInt32()));
        Assert.Equal(("ledger", $"{witness.Url}/books", "••••••••", 5m), (added.Text("alias"), added.Text("endpoint"), added.Text("auth.token"), added.At("timeout").GetDecimal()));

        await DeleteAsync(admin, id, "ledger");
        Assert.EndsWith("(plugin_not_found)", (await FailAsync(admin, id)).Text("message"), StringComparison.Ordinal);
        await admin.RefusedAsync(HttpMethod.Delete, $"{Plugins(id)}/ledger", null, HttpStatusCode.NotFound, "PLUGIN_NOT_FOUND");
    }

    [Fact]
    public async Task A_key_in_the_address_of_an_MCP_server_is_shown_to_nobody_and_stays_what_it_was()
    {
        var (admin, id) = await NewAsync();
        var core = $"{TestCores.Base}/cores/{id}";
        const string shown = "https://a.example/mcp?api_key=••••••••&••••••••";

        var added = await admin.PostDataAsync(Plugins(id), new { alias = "tools", kind = "mcp", endpoint = "https://a.example/mcp?api_key=k-1&k-2" }, HttpStatusCode.Created);
        await admin.DataAsync(HttpMethod.Put, core, new { plugins = new[] { new { alias = "tools", kind = "mcp", endpoint = shown } } });

        Assert.Equal((shown, shown), (added.Text("endpoint"), (await admin.GetDataAsync(core)).At("plugins")[0].Text("endpoint")));
        Assert.Contains("api_key=k-1&k-2", await strict.Server.WithDbAsync(async db => (await db.Cores.SingleAsync(c => c.Id == new Id<Core>(id))).Plugins.ToJson()), StringComparison.Ordinal);
        var refused = await admin.RefusedAsync(HttpMethod.Put, core, new { plugins = new[] { new { alias = "others", kind = "mcp", endpoint = shown } } }, HttpStatusCode.BadRequest, "VALIDATION_ERROR");
        Assert.Equal("plugins[0].endpoint", refused.At("details")[0].Text("field"));
    }

    [Fact]
    public async Task A_secret_that_the_environment_does_not_have_is_told_at_the_start_and_no_call_goes_without_it()
    {
        await using var witness = new Witness();
        var admin = await outside.AdminAsync();
        var id = await StartAsync(admin, Post);
        var core = $"{TestCores.Base}/cores/{id}";
        await admin.PostDataAsync(Plugins(id), new { alias = "ledger", endpoint = witness.Url, auth = new { type = "bearer", token = "${TOKEN}" } }, HttpStatusCode.Created);

        Assert.EndsWith("(secret_missing)", (await FailAsync(admin, id)).Text("message"), StringComparison.Ordinal);
        Assert.Empty(witness.Seen);
        await admin.PostDataAsync($"{core}/stop");
        var refused = await admin.RefusedAsync(HttpMethod.Post, $"{core}/start", null, HttpStatusCode.BadRequest, "INVALID_SOURCE_IR");
        Assert.Equal(("plugins[0].auth.token", "error"), (refused.At("details")[0].Text("field"), (await admin.GetDataAsync(core)).Text("status")));

        await admin.DataAsync(HttpMethod.Put, core, new { environment = new Dictionary<string, object> { ["TOKEN"] = new { type = "secret", value = "t" } } });
        Assert.Equal("running", (await admin.PostDataAsync($"{core}/start")).Text("status"));
    }

    [Fact]
    public async Task The_registry_is_the_plugins_of_the_Core()
    {
        var admin = await outside.AdminAsync();
        var id = await StartAsync(admin, Post, new { plugins = new object[] { Plugin("first") } });

        await admin.PostDataAsync(Plugins(id), Plugin("second"), HttpStatusCode.Created);
        Assert.Equal(["first", "second"], Aliases((await admin.GetDataAsync($"{TestCores.Base}/cores/{id}")).At("plugins")));
        await admin.DataAsync(HttpMethod.Put, $"{TestCores.Base}/cores/{id}", new { plugins = new object[] { Plugin("third") } });

        Assert.Equal(["third"], Aliases(await ListAsync(admin, id)));
    }

    [Fact]
    public async Task A_secret_is_stored_for_nobody_to_read_and_stays_what_it_was_when_others_come_and_go()
    {
        var (admin, id) = await NewAsync();
        await admin.PostDataAsync(Plugins(id), new { alias = "ledger", endpoint = "https://example.com", auth = new { type = "bearer", token = "hush-hush" } }, HttpStatusCode.Created);
        await admin.PostDataAsync(Plugins(id), Plugin("other"), HttpStatusCode.Created);
        await DeleteAsync(admin, id, "other");

        var shown = await admin.GetDataAsync($"{TestCores.Base}/cores/{id}");
        Assert.DoesNotContain("hush", $"{shown} {await ListAsync(admin, id)} {await admin.GetDataAsync("/v1/audit-log?limit=100")}", StringComparison.Ordinal);
        var stored = await strict.Server.WithDbAsync(async db => (await db.Cores.FindAsync(new Id<Tenant>(shown.Text("tenant_id")!), new Id<Core>(id)))!.Plugins);
        Assert.DoesNotContain("hush", stored.ToJson(), StringComparison.Ordinal);
        var plugins = Microsoft.Extensions.DependencyInjection.ServiceProviderServiceExtensions.GetRequiredService<CorePlugins>(strict.Server.Services);
        Assert.Equal("hush-hush", plugins.Reveal(stored).Items[0]["auth"]["token"].AsString());
    }

    [Fact]
    public async Task A_stored_secret_does_not_follow_to_another_address()
    {
        var (admin, id) = await NewAsync();
        object With(string endpoint, string token) => new { plugins = new[] { new { alias = "ledger", endpoint, auth = new { type = "bearer", token } } } };
        await admin.DataAsync(HttpMethod.Put, $"{TestCores.Base}/cores/{id}", With("https://example.com", "hush-hush"));

        var error = await admin.RefusedAsync(HttpMethod.Put, $"{TestCores.Base}/cores/{id}", With("https://thief.example", "••••••••"), HttpStatusCode.BadRequest, "VALIDATION_ERROR");

        Assert.Equal(["plugins[0].auth.token"], Fields(error));
    }

    [Theory]
    [InlineData("""{}""", "alias", "endpoint")]
    [InlineData("""{"alias":"a/b","endpoint":"ftp://a.example"}""", "alias", "endpoint")]
    [InlineData("""{"alias":"..","endpoint":"https://a.example?q=1"}""", "alias", "endpoint")]
    [InlineData("""{"alias":"a","endpoint":"https://a.example","timeout":3601}""", "timeout")]
    [InlineData("""{"alias":"a","endpoint":"https://a.example","auth":{"type":"magic"}}""", "auth.type")]
    [InlineData("""{"alias":"a","endpoint":"https://a.example","auth":{"type":"bearer"}}""", "auth.token")]
    [InlineData("""{"alias":"a","endpoint":"https://a.example","auth":{"type":"bearer","token":"••••••••"}}""", "auth.token")]
    [InlineData("""{"alias":"a","endpoint":"https://a.example","more":1}""", "more")]
    public async Task Every_fault_names_its_field(string plugin, params string[] fields)
    {
        var (admin, id) = await NewAsync();

        var error = await admin.RefusedAsync(HttpMethod.Post, Plugins(id), JsonElement.Parse(plugin), HttpStatusCode.BadRequest, "VALIDATION_ERROR");

        Assert.Equal(fields, Fields(error));
        Assert.Empty(Aliases(await ListAsync(admin, id)));
    }

    [Theory]
    [InlineData("http://127.0.0.1:8080")]
    [InlineData("http://2130706433/")]
    [InlineData("http://0x7f.1/")]
    [InlineData("http://169.254.169.254/latest")]
    [InlineData("https://10.1.2.3")]
    [InlineData("http://[::1]:80/")]
    [InlineData("http://[::ffff:10.0.0.1]/")]
    [InlineData("http://LocalHost/")]
    [InlineData("http://db.localhost./")]
    public async Task An_address_that_no_call_may_go_to_is_refused_at_once(string endpoint)
    {
        var (admin, id) = await NewAsync();

        var error = await admin.RefusedAsync(HttpMethod.Post, Plugins(id), new { alias = "ledger", endpoint }, HttpStatusCode.BadRequest, "VALIDATION_ERROR");
        var whole = await admin.RefusedAsync(HttpMethod.Put, $"{TestCores.Base}/cores/{id}", new { plugins = new[] { new { alias = "ledger", endpoint } } }, HttpStatusCode.BadRequest, "VALIDATION_ERROR");

        Assert.Equal(["endpoint", "plugins[0].endpoint"], Fields(error).Concat(Fields(whole)));
    }

    [Fact]
    public async Task An_alias_belongs_to_one_plugin()
    {
        var (admin, id) = await NewAsync();
        await admin.PostDataAsync(Plugins(id), Plugin("ledger"), HttpStatusCode.Created);

        var error = await admin.RefusedAsync(HttpMethod.Post, Plugins(id), Plugin("ledger"), HttpStatusCode.Conflict, "PLUGIN_CONFLICT");

        Assert.Equal(["alias"], Fields(error));
        var answers = await Task.WhenAll(Enumerable.Range(0, 6).Select(i => admin.SendAsync(HttpMethod.Post, Plugins(id), Plugin($"p{i / 2}"))));
        Assert.Equal(3, answers.Count(a => a.Status == HttpStatusCode.Created));
        Assert.Equal(["ledger", "p0", "p1", "p2"], Aliases(await ListAsync(admin, id)).Order());
    }

    [Fact]
    public async Task A_Core_has_100_plugins_at_most()
    {
        var (admin, id) = await NewAsync();
        await admin.DataAsync(HttpMethod.Put, $"{TestCores.Base}/cores/{id}", new { plugins = Enumerable.Range(0, 100).Select(i => Plugin($"p{i}")) });

        Assert.Equal(["alias"], Fields(await admin.RefusedAsync(HttpMethod.Post, Plugins(id), Plugin("one-more"), HttpStatusCode.BadRequest, "VALIDATION_ERROR")));
    }

    [Fact]
    public async Task A_change_of_an_older_version_is_refused()
    {
        var (admin, id) = await NewAsync();
        using var request = new HttpRequestMessage(HttpMethod.Post, Plugins(id)) { Content = JsonContent.Create(Plugin("ledger")) };
        request.Headers.TryAddWithoutValidation("If-Match", "\"1\"");

        using var response = await admin.SendAsync(request, TestContext.Current.CancellationToken);

        Assert.Equal(HttpStatusCode.PreconditionFailed, response.StatusCode);
        Assert.Empty(Aliases(await ListAsync(admin, id)));
    }

    [Fact]
    public async Task Only_who_manages_the_Cores_of_the_tenant_sees_and_changes_the_registry()
    {
        var acme = await strict.NewTenantAsync();
        var admin = await acme.AsAdminAsync();
        var id = (await admin.CreateCoreAsync(TestCores.Echo)).Text("id")!;
        await admin.PostDataAsync(Plugins(id), Plugin("ledger"), HttpStatusCode.Created);
        var viewer = await acme.AsAsync("", Permissions.CoreView);
        var stranger = await (await strict.NewTenantAsync()).AsAdminAsync();

        foreach (var (method, path, body) in ((HttpMethod, string, object?)[])[(HttpMethod.Get, Plugins(id), null), (HttpMethod.Post, Plugins(id), Plugin("x")), (HttpMethod.Delete, $"{Plugins(id)}/ledger", null)])
        {
            await viewer.RefusedAsync(method, path, body, HttpStatusCode.Forbidden, "AUTHZ_PERMISSION_DENIED");
            await stranger.RefusedAsync(method, path, body, HttpStatusCode.NotFound, "CORE_NOT_FOUND");
        }

        Assert.Equal(["ledger"], Aliases(await ListAsync(admin, id)));
    }

    [Fact]
    public async Task Both_changes_are_on_record()
    {
        var (admin, id) = await NewAsync();
        await admin.PostDataAsync(Plugins(id), Plugin("ledger"), HttpStatusCode.Created);
        await DeleteAsync(admin, id, "ledger");

        foreach (var action in (string[])["core.add_plugin", "core.remove_plugin"])
        {
            var line = (await admin.GetDataAsync($"/v1/audit-log?action={action}")).At("items")[0];
            Assert.Equal((id, "SUCCESS"), (line.Text("resource_id"), line.Text("status")));
        }
    }

    private static string Plugins(string id) => $"{TestCores.Base}/cores/{id}/plugins";

    private static object Plugin(string alias) => new { alias, endpoint = "https://example.com" };

    private static async Task<JsonElement> ListAsync(HttpClient admin, string id) => (await admin.GetDataAsync(Plugins(id))).At("items");

    private static async Task DeleteAsync(HttpClient admin, string id, string alias) =>
        Assert.Equal(HttpStatusCode.NoContent, (await admin.SendAsync(HttpMethod.Delete, $"{Plugins(id)}/{alias}")).Status);

    private static IEnumerable<string?> Aliases(JsonElement plugins) => plugins.EnumerateArray().Select(p => p.Text("alias"));

    private static IEnumerable<string?> Fields(JsonElement error) => error.At("details").EnumerateArray().Select(d => d.Text("field"));

    private async Task<(HttpClient Admin, string Id)> NewAsync()
    {
        var (_, admin, id) = await strict.NewCoreAsync(TestCores.Echo);
        return (admin, id);
    }
}
