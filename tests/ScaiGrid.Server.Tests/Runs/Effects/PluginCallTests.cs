using System.Net;
using System.Text.Json;
using ScaiGrid.Server.Features.Cores;
using ScaiGrid.Server.Kernel;
using ScaiGrid.Server.Tests.Cores;
using ScaiGrid.Server.Tests.Host;
using static ScaiGrid.Server.Tests.Runs.Effects.OutsideWorld;

namespace ScaiGrid.Server.Tests.Runs.Effects;

public sealed class PluginCallTests(OutsideWorld outside) : IClassFixture<OutsideWorld>
{
    private const string Post = "- { id: entry, plugin_call: { alias: ledger, method: post, args: { amount: \"{{input.amount}}\" } } }\n- rigid: \"{{entry.id}}\"";

    [Fact]
    public async Task A_call_goes_over_the_bridge_and_its_answer_is_the_result()
    {
        await using var witness = new Witness { Answer = (_, _) => Task.FromResult("""{"id": 7}""") };
        var admin = await outside.AdminAsync();
        var id = await StartAsync(admin, Post, new { plugins = new[] { new { alias = "ledger", endpoint = $"{witness.Url}/books/" } } });

        var run = await InvokeAsync(admin, id, new { amount = 5 });

        var seen = Assert.Single(witness.Seen);
        var key = $"{run.Text("id")}:steps[0]:1";
        Assert.Equal(7, run.At("output").GetInt32());
        Assert.Equal(("POST", "/books/post", key), (seen.Method, seen.Url, seen.Key));
        Assert.Equal($$$"""{"args":{"amount":5},"run_id":"{{{run.Text("id")}}}","idempotency_key":"{{{key}}}"}""", seen.Body);
        Assert.DoesNotContain("authorization", seen.Headers.Keys);
    }

    [Theory]
    [InlineData("""{"type":"bearer","token":"tok-1234"}""", "authorization", "Bearer tok-1234")]
    [InlineData("""{"type":"bearer","token":"${LEDGER_TOKEN}"}""", "authorization", "Bearer from-the-environment")]
    [InlineData("""{"type":"header","name":"X-Key","value":"k-${LEDGER_TOKEN}"}""", "x-key", "k-from-the-environment")]
    [InlineData("""{"type":"basic","username":"u","password":"p"}""", "authorization", "Basic dTpw")]
    public async Task A_plugin_is_signed_in_to_as_it_wants(string auth, string header, string value)
    {
        await using var witness = new Witness();
        var admin = await outside.AdminAsync();
        var id = await StartAsync(admin, Post, new
        {
            plugins = new[] { new { alias = "ledger", endpoint = witness.Url, auth = JsonElement.Parse(auth) } },
            environment = new Dictionary<string, object> { ["LEDGER_TOKEN"] = new { type = "secret", value = "from-the-environment" } },
        });

        await InvokeAsync(admin, id);

        Assert.Equal(value, Assert.Single(witness.Seen).Headers[header]);
    }

    [Fact]
    public async Task Secrets_of_plugins_are_shown_to_nobody_and_stored_for_nobody_to_read()
    {
        var admin = await outside.AdminAsync();
        object Plugins(string token) => new { plugins = new[] { new { alias = "ledger", endpoint = "https://example.com", auth = new { type = "bearer", token } } } };
        var id = await StartAsync(admin, Post, Plugins("hush-hush"));

        var shown = await admin.GetDataAsync($"{TestCores.Base}/cores/{id}");
        var kept = await admin.DataAsync(HttpMethod.Put, $"{TestCores.Base}/cores/{id}", Plugins("••••••••"));
        var audit = await admin.GetDataAsync("/v1/audit-log?limit=100");

        Assert.Equal(("bearer", "••••••••"), (shown.At("plugins")[0].Text("auth.type"), shown.At("plugins")[0].Text("auth.token")));
        Assert.Equal("••••••••", kept.At("plugins")[0].Text("auth.token"));
        Assert.DoesNotContain("hush", $"{shown} {kept} {audit}", StringComparison.Ordinal);
        await outside.World.Server.WithDbAsync(async db =>
        {
            var core = await db.Cores.FindAsync(new Id<Server.Features.Tenancy.Tenant>(shown.Text("tenant_id")!), new Id<Core>(id));
            Assert.DoesNotContain("hush", core!.Plugins.ToJson(), StringComparison.Ordinal);
            var plugins = Microsoft.Extensions.DependencyInjection.ServiceProviderServiceExtensions.GetRequiredService<CorePlugins>(outside.World.Server.Services);
            Assert.Equal("hush-hush", plugins.Reveal(core.Plugins).Items[0]["auth"]["token"].AsString());
            return 0;
        });
        await admin.RefusedAsync(HttpMethod.Put, $"{TestCores.Base}/cores/{id}",
            new { plugins = new[] { new { alias = "other", endpoint = "https://example.com", auth = new { type = "bearer", token = "••••••••" } } } }, HttpStatusCode.BadRequest, "VALIDATION_ERROR");
    }

    [Theory]
    [InlineData("""[{}]""", "plugins[0].alias", "plugins[0].endpoint")]
    [InlineData("""[{"alias":"a","endpoint":"plugin://a"}]""", "plugins[0].endpoint")]
    [InlineData("""[{"alias":"a","endpoint":"https://u:p@a.example"}]""", "plugins[0].endpoint")]
    [InlineData("""[{"alias":"a","endpoint":"https://a.example","timeout":0}]""", "plugins[0].timeout")]
    [InlineData("""[{"alias":"a","endpoint":"https://a.example"},{"alias":"a","endpoint":"https://a.example"}]""", "plugins[1].alias")]
    [InlineData("""[{"alias":"a","endpoint":"https://a.example","auth":{"type":"magic"}}]""", "plugins[0].auth.type")]
    [InlineData("""[{"alias":"a","endpoint":"https://a.example","auth":{"type":"bearer","token":"a\nb"}}]""", "plugins[0].auth.token")]
    [InlineData("""[{"alias":"a","endpoint":"https://a.example","auth":{"type":"header","name":"x"}}]""", "plugins[0].auth.value")]
    [InlineData("""[{"alias":"a","endpoint":"https://a.example","auth":{"type":"bearer","token":"t","more":1}}]""", "plugins[0].auth.more")]
    public async Task A_plugin_that_could_not_be_called_is_refused(string plugins, params string[] fields)
    {
        var admin = await outside.AdminAsync();

        var error = await admin.RefusedAsync(HttpMethod.Post, $"{TestCores.Base}/cores", new { name = "P", plugins = JsonElement.Parse(plugins) }, HttpStatusCode.BadRequest, "VALIDATION_ERROR");

        Assert.Equal(fields, error.At("details").EnumerateArray().Select(d => d.Text("field")));
    }

    [Fact]
    public async Task An_alias_means_what_the_manifest_says()
    {
        await using var witness = new Witness();
        var admin = await outside.AdminAsync();
        var named = await StartAsync(admin, Post, new { plugins = new[] { new { alias = "books", endpoint = $"{witness.Url}/named" } } }, "plugins: [ { alias: ledger, endpoint: \"plugin://books\" } ]");
        var direct = await StartAsync(admin, Post, null, $"plugins: [ {{ alias: ledger, endpoint: \"{witness.Url}/direct\" }} ]");
        var nobody = await StartAsync(admin, Post);

        await InvokeAsync(admin, named);
        await InvokeAsync(admin, direct);

        Assert.Equal(["/named/post", "/direct/post"], witness.Seen.Select(s => s.Url));
        Assert.EndsWith("(plugin_not_found)", (await FailAsync(admin, nobody)).Text("message"), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(500, """{"error":{"code":"broken","message":"It is broken."}}""", "The plugin answered with 500: It is broken. (broken)")]
    [InlineData(404, "", "The plugin answered with 404. (http_404)")]
    public async Task A_plugin_that_refuses_fails_the_run(int status, string body, string message)
    {
        await using var witness = new Witness { Answer = (_, response) => { response.StatusCode = status; return Task.FromResult(body); } };
        var admin = await outside.AdminAsync();
        var id = await StartAsync(admin, Post, new { plugins = new[] { new { alias = "ledger", endpoint = witness.Url } } });

        var error = await FailAsync(admin, id);

        Assert.Equal(("plugin_call_failed", message), (error.Text("run_error"), error.Text("message")));
    }

    [Fact]
    public async Task A_plugin_that_takes_longer_than_its_own_time_fails_the_run()
    {
        var never = new TaskCompletionSource<string>();
        await using var witness = new Witness { Answer = (_, _) => never.Task };
        var admin = await outside.AdminAsync();
        var id = await StartAsync(admin, Post, new { plugins = new[] { new { alias = "ledger", endpoint = witness.Url, timeout = 0.5 } } });

        Assert.Equal("The plugin 'ledger' did not answer within 0.5 s. (timeout)", (await FailAsync(admin, id)).Text("message"));
        never.SetResult("");
    }
}
