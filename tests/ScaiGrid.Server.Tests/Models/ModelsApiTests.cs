using System.Net;
using Microsoft.EntityFrameworkCore;
using ScaiGrid.Server.Access;
using ScaiGrid.Server.Tests.Host;

namespace ScaiGrid.Server.Tests.Models;

public sealed class ModelsApiTests(World world)
{
    [Fact]
    public async Task A_new_model_is_shown_at_once_as_it_was_made()
    {
        var tenant = await world.NewTenantAsync();
        var admin = await tenant.AsAdminAsync();
        var backend = (await admin.NewBackendAsync()).Text("id");
        var group = (await admin.NewGroupAsync()).Text("id");

        var made = await admin.NewModelAsync($"{tenant.Prefix}gpt", new
        {
            display_name = " GPT ",
            description = "Talks",
            modality = "chat",
            capabilities = new { tool_use = true },
            context_window = 128000,
            max_output_tokens = 4096,
            system_prompt_template = "Be kind.",
            input_price_per_mtok = "2.50",
            output_price_per_mtok = 10,
            default_params = new { temperature = 0.2 },
            status = "active",
            metadata = new { persona_id = "p1" },
            backends = new[] { new { backend, priority = 1, weight = 2 } },
            groups = new[] { group },
        });

        foreach (var path in (string[])[made.Text("id")!, $"{tenant.Prefix}gpt", $"{tenant.Prefix}gpt".Replace("/", "%2F", StringComparison.Ordinal)])
        {
            var shown = await admin.GetDataAsync($"/v1/models/{path}");
            Assert.Equal(made.Text("id"), shown.Text("id"));
            Assert.Equal(("GPT", "Talks", "chat", "active"), (shown.Text("display_name"), shown.Text("description"), shown.Text("modality"), shown.Text("status")));
            Assert.Equal(("2.50", "10.00"), (shown.Text("input_price_per_mtok"), shown.Text("output_price_per_mtok")));
            Assert.Equal((128000, 4096), (shown.At("context_window").GetInt32(), shown.At("max_output_tokens").GetInt32()));
            Assert.Equal(("Be kind.", "p1"), (shown.Text("system_prompt_template"), shown.Text("metadata.persona_id")));
            Assert.Equal(0.2m, shown.At("default_params.temperature").GetDecimal());
            Assert.Equal((backend, 1, 2), (shown.At("backends")[0].Text("backend"), shown.At("backends")[0].At("priority").GetInt32(), shown.At("backends")[0].At("weight").GetInt32()));
            Assert.Equal(group, shown.At("groups")[0].GetString());
            Assert.Equal(tenant.Tenant.Id.Value, shown.Text("tenant_id"));
            Assert.Equal(("healthy", 1, 1), (shown.Text("health_status"), shown.At("active_backend_count").GetInt32(), shown.At("total_backend_count").GetInt32()));
        }
    }

    [Fact]
    public async Task Every_fault_is_named_at_once()
    {
        var admin = await (await world.NewTenantAsync()).AsAdminAsync();

        var error = await admin.RefusedAsync("POST", "/v1/models", new
        {
            slug = "openai/gpt",
            display_name = " ",
            capabilities = new[] { 1 },
            context_window = -1,
            max_output_tokens = 2_000_000_000,
            input_price_per_mtok = "-1",
            output_price_per_mtok = "cheap",
            default_params = "x",
            metadata = 1,
            backends = new object[] { new { backend = "bm_nothing", priority = -1, weight = 0 }, new { backend = "bm_nothing" } },
            groups = new[] { "mg_nothing" },
        }, HttpStatusCode.BadRequest, "VALIDATION_ERROR");

        Assert.Equal(
            [
                "backends[0].backend", "backends[0].priority", "backends[0].weight", "backends[1].backend", "backends[1].backend", "capabilities", "context_window", "default_params",
                "display_name", "groups[0]", "input_price_per_mtok", "max_output_tokens", "metadata", "output_price_per_mtok", "slug",
            ],
            error.Fields());
    }

    [Theory]
    [InlineData("""{"slug":"no spaces here","display_name":"x"}""", "slug")]
    [InlineData("""{"display_name":"x"}""", "slug")]
    [InlineData("""{"slug":"tenant/x/y"}""", "display_name")]
    [InlineData("""{"slug":"tenant/x/y","display_name":"x","modality":"smell"}""", "modality")]
    [InlineData("""{"slug":"tenant/x/y","display_name":"x","tenant_id":"tnt_of_nobody"}""", "tenant_id")]
    [InlineData("""{"slug":"scaicore/x/y","display_name":"x"}""", "slug")]
    public async Task A_faulty_model_is_refused(string json, string field)
    {
        var admin = await (await world.NewTenantAsync()).AsAdminAsync();

        var error = await admin.RefusedAsync("POST", "/v1/models", System.Text.Json.JsonDocument.Parse(json).RootElement, HttpStatusCode.BadRequest, "VALIDATION_ERROR");

        Assert.Contains(field, error.Fields());
    }

    [Fact]
    public async Task One_of_many_who_want_a_name_gets_it_and_the_others_are_told()
    {
        var tenant = await world.NewTenantAsync();
        var admin = await tenant.AsAdminAsync();

        var answers = await Task.WhenAll(Enumerable.Range(0, 8).Select(i => admin.SendAsync(HttpMethod.Post, "/v1/models", new { slug = $"{tenant.Prefix}gpt", display_name = $"M{i}" })));

        Assert.Single(answers, a => a.Status == HttpStatusCode.Created);
        Assert.All(answers.Where(a => a.Status != HttpStatusCode.Created), a => Assert.Equal((HttpStatusCode.Conflict, "SLUG_CONFLICT"), (a.Status, a.Body.Text("error.code"))));
    }

    [Fact]
    public async Task A_list_is_cut_in_pages_and_filtered()
    {
        var tenant = await world.NewTenantAsync();
        var admin = await tenant.AsAdminAsync();
        var mine = await (await world.NewCallerAsync(tenant.Tenant, [Roles.TenantUser], key: k => k.ModelGroups = ["mg_" + tenant.Tenant.Id])).Http.SlugsAsync();
        Assert.Empty(mine);
        var group = (await admin.NewGroupAsync()).Text("id")!;
        foreach (var (name, modality, status) in ((string, string, string)[])[("a", "chat", "active"), ("b", "embedding", "active"), ("c", "chat", "deprecated")])
        {
            await admin.NewModelAsync($"{tenant.Prefix}{name}", new { modality, status, groups = new[] { group } });
        }

        var reader = (await world.NewCallerAsync(tenant.Tenant, [Roles.TenantUser], key: k => k.ModelGroups = [group])).Http;
        string Slug(string name) => tenant.Prefix + name;

        Assert.Equal([Slug("a"), Slug("b"), Slug("c")], await reader.SlugsAsync(""));
        Assert.Equal([Slug("a"), Slug("c")], await reader.SlugsAsync("?modality=chat"));
        Assert.Equal([Slug("c")], await reader.SlugsAsync("?status=deprecated&modality=chat"));
        var (_, first) = await reader.SendAsync(HttpMethod.Get, "/v1/models?limit=2");
        Assert.True(first.At("pagination.has_more").GetBoolean());
        Assert.Equal([Slug("c")], await reader.SlugsAsync($"?limit=2&cursor={first.Text("pagination.next_cursor")}"));
        await reader.RefusedAsync("GET", "/v1/models?status=old", null, HttpStatusCode.BadRequest, "VALIDATION_ERROR");
    }

    [Fact]
    public async Task A_change_keeps_what_it_does_not_name_and_takes_back_what_it_clears()
    {
        var tenant = await world.NewTenantAsync();
        var admin = await tenant.AsAdminAsync();
        var (one, two) = ((await admin.NewBackendAsync()).Text("id"), (await admin.NewBackendAsync()).Text("id"));
        var made = await admin.NewModelAsync($"{tenant.Prefix}gpt", new { context_window = 100, max_output_tokens = 50, system_prompt_template = "Hi", backends = new[] { new { backend = one } } });

        var changed = await admin.DataAsync(HttpMethod.Put, $"/v1/models/{made.Text("id")}", new { max_output_tokens = 0, system_prompt_template = "", backends = new object[] { new { backend = two }, new { backend = one, priority = 5 } } });

        Assert.Equal(100, changed.At("context_window").GetInt32());
        Assert.Equal(System.Text.Json.JsonValueKind.Null, changed.At("max_output_tokens").ValueKind);
        Assert.False(changed.TryGetProperty("system_prompt_template", out _));
        Assert.Equal([two, one], (await admin.GetDataAsync($"/v1/models/{made.Text("id")}")).At("backends").EnumerateArray().Select(b => b.Text("backend")));
    }

    [Fact]
    public async Task Changes_made_at_the_same_time_are_all_kept()
    {
        var tenant = await world.NewTenantAsync();
        var admin = await tenant.AsAdminAsync();
        var id = (await admin.NewModelAsync($"{tenant.Prefix}gpt")).Text("id");

        await Task.WhenAll(
            admin.DataAsync(HttpMethod.Put, $"/v1/models/{id}", new { display_name = "New" }),
            admin.DataAsync(HttpMethod.Put, $"/v1/models/{id}", new { description = "New" }),
            admin.DataAsync(HttpMethod.Put, $"/v1/models/{id}", new { context_window = 7 }),
            admin.DataAsync(HttpMethod.Put, $"/v1/models/{id}", new { input_price_per_mtok = "3" }));

        var shown = await admin.GetDataAsync($"/v1/models/{id}");
        Assert.Equal(("New", "New", 7, "3.00"), (shown.Text("display_name"), shown.Text("description"), shown.At("context_window").GetInt32(), shown.Text("input_price_per_mtok")));
    }

    [Fact]
    public async Task A_model_is_deleted_once_it_has_no_backends_and_leaves_its_groups()
    {
        var tenant = await world.NewTenantAsync();
        var admin = await tenant.AsAdminAsync();
        var (backend, group) = ((await admin.NewBackendAsync()).Text("id"), (await admin.NewGroupAsync()).Text("id"));
        var id = (await admin.NewModelAsync($"{tenant.Prefix}gpt", new { backends = new[] { new { backend } }, groups = new[] { group } })).Text("id");

        await admin.RefusedAsync("DELETE", $"/v1/models/{id}", null, HttpStatusCode.Conflict, "MODEL_IN_USE");
        await admin.DataAsync(HttpMethod.Put, $"/v1/models/{id}", new { backends = Array.Empty<object>() });
        Assert.Equal(HttpStatusCode.NoContent, (await admin.SendAsync(HttpMethod.Delete, $"/v1/models/{id}")).Status);

        await admin.RefusedAsync("GET", $"/v1/models/{id}", null, HttpStatusCode.NotFound, "MODEL_NOT_FOUND");
        await admin.RefusedAsync("DELETE", $"/v1/models/{id}", null, HttpStatusCode.NotFound, "MODEL_NOT_FOUND");
        Assert.Empty((await admin.GetDataAsync($"/v1/models/groups/{group}")).At("slugs").EnumerateArray());
    }

    [Fact]
    public async Task Every_change_and_every_refusal_is_written_to_the_audit_log()
    {
        var tenant = await world.NewTenantAsync();
        var admin = await tenant.AsAdminAsync();
        var id = (await admin.NewModelAsync($"{tenant.Prefix}gpt")).Text("id");
        await admin.DataAsync(HttpMethod.Put, $"/v1/models/{id}", new { description = "x" });
        await admin.RefusedAsync("PUT", $"/v1/models/{id}", new { context_window = -1 }, HttpStatusCode.BadRequest, "VALIDATION_ERROR");
        await admin.SendAsync(HttpMethod.Delete, $"/v1/models/{id}");

        var lines = await world.Server.WithDbAsync(db => db.AuditLog.Where(e => e.Stream == tenant.Tenant.Id.Value).OrderBy(e => e.Sequence).ToListAsync());

        Assert.Equal(["model.create SUCCESS", "model.update SUCCESS", "model.update FAILURE", "model.delete SUCCESS"], lines.Select(l => $"{l.Action} {l.Status}"));
        Assert.All(lines, l => Assert.Equal(id, l.ResourceId));
        Assert.Equal(lines[0].AfterDigest, lines[1].BeforeDigest);
        Assert.NotEqual(lines[1].BeforeDigest, lines[1].AfterDigest);
    }
}
