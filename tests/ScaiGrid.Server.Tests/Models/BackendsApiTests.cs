using System.Net;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using ScaiGrid.Server.Access;
using ScaiGrid.Server.Features.Models;
using ScaiGrid.Server.Tests.Host;

namespace ScaiGrid.Server.Tests.Models;

public sealed class BackendsApiTests(World world)
{
    [Fact]
    public async Task A_backends_secrets_are_stored_encrypted_and_shown_masked()
    {
        var admin = await (await world.NewTenantAsync()).AsAdminAsync();

        var made = await admin.NewBackendAsync(new { timeout = 30 });

        var id = made.Text("id");
        var stored = await world.Server.WithDbAsync(db => db.Backends.SingleAsync(b => b.Id == new ScaiGrid.Server.Kernel.Id<BackendModel>(id!)));
        Assert.DoesNotContain(ModelWorld.Key, stored.ConnectionConfig.ToJson(), StringComparison.Ordinal);
        foreach (var view in (System.Text.Json.JsonElement[])[made, await admin.GetDataAsync($"/v1/backends/{id}"), (await admin.GetDataAsync("/v1/backends")).At("items")[0]])
        {
            Assert.DoesNotContain(ModelWorld.Key, view.GetRawText(), StringComparison.Ordinal);
            Assert.Equal(("sk-…cdef", "gpt-4o", "openai", 30), (view.Text("connection_config.api_key"), view.Text("connection_config.model"), view.Text("provider_type"), view.At("timeout").GetInt32()));
        }
    }

    [Theory]
    [InlineData("anthropic", """{"model":"claude","api_key":"KEY"}""")]
    [InlineData("azure", """{"base_url":"https://acme.example","deployment":"gpt","api_key":"KEY"}""")]
    [InlineData("google", """{"model":"gemini","api_key":"KEY"}""")]
    [InlineData("mistral", """{"model":"mistral","api_key":"KEY"}""")]
    [InlineData("ollama", """{"model":"llama","headers":{"X-Proxy-Key":"KEY"}}""")]
    public async Task A_backend_of_any_provider_is_checked_and_keeps_its_secrets(string provider, string config)
    {
        var admin = await (await world.NewTenantAsync()).AsAdminAsync();
        var clear = System.Text.Json.JsonElement.Parse(config.Replace("KEY", ModelWorld.Key, StringComparison.Ordinal));

        var made = await admin.PostDataAsync("/v1/backends", new { name = provider, provider_type = provider, connection_config = clear }, HttpStatusCode.Created);
        var error = await admin.RefusedAsync("POST", "/v1/backends", new { name = provider, provider_type = provider, connection_config = new { misspelt = 1 } }, HttpStatusCode.BadRequest, "VALIDATION_ERROR");

        Assert.DoesNotContain(ModelWorld.Key, made.GetRawText(), StringComparison.Ordinal);
        Assert.Contains("connection_config.misspelt", error.Fields());
    }

    [Fact]
    public async Task A_masked_secret_that_comes_back_stays_what_it_is()
    {
        var admin = await (await world.NewTenantAsync()).AsAdminAsync();
        var made = await admin.NewBackendAsync();

        await admin.DataAsync(HttpMethod.Put, $"/v1/backends/{made.Text("id")}", new { name = "Renamed", connection_config = new { api_key = made.Text("connection_config.api_key"), model = "gpt-5" } });

        var clear = await ClearAsync(made.Text("id")!);
        Assert.Equal((ModelWorld.Key, "gpt-5"), (clear["api_key"].AsString(), clear["model"].AsString()));
        var untouched = await admin.DataAsync(HttpMethod.Put, $"/v1/backends/{made.Text("id")}", new { timeout = 5 });
        Assert.Equal(("Renamed", "gpt-5"), (untouched.Text("name"), untouched.Text("connection_config.model")));
    }

    [Fact]
    public async Task A_secret_never_follows_a_backend_to_another_address()
    {
        var admin = await (await world.NewTenantAsync()).AsAdminAsync();
        var made = await admin.NewBackendAsync();
        var mask = made.Text("connection_config.api_key");

        var error = await admin.RefusedAsync("PUT", $"/v1/backends/{made.Text("id")}", new { connection_config = new { api_key = mask, base_url = "http://attacker.example/v1" } }, HttpStatusCode.BadRequest, "VALIDATION_ERROR");

        Assert.Contains("connection_config.api_key", error.Fields());
        Assert.Equal(ModelWorld.Key, (await ClearAsync(made.Text("id")!))["api_key"].AsString());
    }

    [Fact]
    public async Task Every_fault_is_named_at_once()
    {
        var admin = await (await world.NewTenantAsync()).AsAdminAsync();

        var error = await admin.RefusedAsync(
            "POST", "/v1/backends", new { provider_type = "custom", name = "", timeout = 601, connection_config = new { modle = "x", headers = new { host = "x" } } }, HttpStatusCode.BadRequest, "VALIDATION_ERROR");

        Assert.Equal(["connection_config.base_url", "connection_config.headers.host", "connection_config.modle", "name", "timeout"], error.Fields());
    }

    [Theory]
    [InlineData("scaicore")]
    [InlineData("telepathy")]
    public async Task A_provider_type_is_one_that_this_version_knows(string type)
    {
        var admin = await (await world.NewTenantAsync()).AsAdminAsync();

        var error = await admin.RefusedAsync("POST", "/v1/backends", new { provider_type = type, name = "x", connection_config = new { } }, HttpStatusCode.BadRequest, "VALIDATION_ERROR");

        Assert.Equal(["provider_type"], error.Fields());
        Assert.Contains("openai", error.Text("message"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Nobody_outside_its_scope_is_told_of_a_backend()
    {
        var tenant = await world.NewTenantAsync();
        var id = (await (await tenant.AsAdminAsync()).NewBackendAsync()).Text("id");
        var platforms = (await (await world.AsSuperAsync()).NewBackendAsync()).Text("id");
        var sibling = await world.NewTenantAsync(tenant.Partner);
        var stranger = await sibling.AsAdminAsync();

        foreach (var hidden in (string?[])[id, platforms])
        {
            await stranger.RefusedAsync("GET", $"/v1/backends/{hidden}", null, HttpStatusCode.NotFound, "BACKEND_NOT_FOUND");
            await stranger.RefusedAsync("PUT", $"/v1/backends/{hidden}", new { name = "Mine" }, HttpStatusCode.NotFound, "BACKEND_NOT_FOUND");
            await stranger.RefusedAsync("DELETE", $"/v1/backends/{hidden}", null, HttpStatusCode.NotFound, "BACKEND_NOT_FOUND");
        }

        Assert.Empty((await stranger.GetDataAsync("/v1/backends")).At("items").EnumerateArray());
        var partner = await sibling.AsAsync(Roles.PartnerAdmin);
        Assert.Equal([id], (await partner.GetDataAsync("/v1/backends")).At("items").EnumerateArray().Select(b => b.Text("id")));
        await partner.DataAsync(HttpMethod.Put, $"/v1/backends/{id}", new { name = "Ours" });
    }

    [Fact]
    public async Task Deleting_a_backend_takes_its_mappings_along()
    {
        var tenant = await world.NewTenantAsync();
        var admin = await tenant.AsAdminAsync();
        var (one, two) = ((await admin.NewBackendAsync()).Text("id"), (await admin.NewBackendAsync()).Text("id"));
        await admin.NewModelAsync($"{tenant.Prefix}gpt", new { backends = new[] { new { backend = one }, new { backend = two } } });

        Assert.Equal(HttpStatusCode.NoContent, (await admin.SendAsync(HttpMethod.Delete, $"/v1/backends/{one}")).Status);

        Assert.Equal([two], (await admin.GetDataAsync($"/v1/models/{tenant.Prefix}gpt")).At("backends").EnumerateArray().Select(b => b.Text("backend")));
        await admin.RefusedAsync("GET", $"/v1/backends/{one}", null, HttpStatusCode.NotFound, "BACKEND_NOT_FOUND");
    }

    [Fact]
    public async Task A_published_Cores_backend_is_the_Cores()
    {
        var tenant = await world.NewTenantAsync();
        var admin = await tenant.AsAdminAsync();
        await world.PublishedModelAsync(tenant);
        var path = $"/v1/backends/bm_core_{tenant.Tenant.Id}";

        Assert.Equal("core_1", (await admin.GetDataAsync(path)).Text("connection_config.core_id"));
        await admin.RefusedAsync("PUT", path, new { connection_config = new { core_id = "core_of_a_stranger" } }, HttpStatusCode.Conflict, "BACKEND_IN_USE");
        await admin.RefusedAsync("DELETE", path, null, HttpStatusCode.Conflict, "BACKEND_IN_USE");
    }

    [Fact]
    public async Task A_backend_whose_secrets_are_lost_can_be_given_new_ones()
    {
        var tenant = await world.NewTenantAsync();
        var admin = await tenant.AsAdminAsync();
        var id = (await admin.NewBackendAsync()).Text("id")!;
        await world.Server.WithDbAsync(async db =>
        {
            var row = await db.Backends.SingleAsync(b => b.Id == new ScaiGrid.Server.Kernel.Id<BackendModel>(id));
            row.ConnectionConfig = ScaiGrid.Flows.Language.Value.FromJson("""{"api_key":{"$secret":"lost"}}""");
            return await db.SaveChangesAsync();
        });

        Assert.Equal("••••", (await admin.GetDataAsync($"/v1/backends/{id}")).Text("connection_config.api_key"));
        var error = await admin.RefusedAsync("PUT", $"/v1/backends/{id}", new { name = "x" }, HttpStatusCode.BadRequest, "VALIDATION_ERROR");
        Assert.Equal(["connection_config"], error.Fields());
        await admin.DataAsync(HttpMethod.Put, $"/v1/backends/{id}", new { connection_config = new { api_key = ModelWorld.Key } });
        Assert.Equal(ModelWorld.Key, (await ClearAsync(id))["api_key"].AsString());
    }

    [Fact]
    public async Task Changes_are_audited_and_the_log_holds_no_secret()
    {
        var tenant = await world.NewTenantAsync();
        var admin = await tenant.AsAdminAsync();
        var id = (await admin.NewBackendAsync()).Text("id");
        await admin.DataAsync(HttpMethod.Put, $"/v1/backends/{id}", new { name = "x" });
        await admin.SendAsync(HttpMethod.Delete, $"/v1/backends/{id}");

        var lines = await world.Server.WithDbAsync(db => db.AuditLog.Where(e => e.Stream == tenant.Tenant.Id.Value).OrderBy(e => e.Sequence).ToListAsync());

        Assert.Equal(["backend.create", "backend.update", "backend.delete"], lines.Select(l => l.Action));
    }

    private async Task<ScaiGrid.Flows.Language.Value> ClearAsync(string id)
    {
        var stored = await world.Server.WithDbAsync(db => db.Backends.SingleAsync(b => b.Id == new ScaiGrid.Server.Kernel.Id<BackendModel>(id)));
        return world.Server.Services.GetRequiredService<ConnectionSecrets>().Unprotect(stored.ProviderType, stored.ConnectionConfig);
    }
}
