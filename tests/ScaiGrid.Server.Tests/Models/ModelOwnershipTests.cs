using System.Net;
using Microsoft.EntityFrameworkCore;
using ScaiGrid.Server.Access;
using ScaiGrid.Server.Tests.Host;

namespace ScaiGrid.Server.Tests.Models;

public sealed class ModelOwnershipTests(World world)
{
    [Fact]
    public async Task Who_may_not_change_a_model_is_not_shown_how_it_is_set_up()
    {
        var tenant = await world.NewTenantAsync();
        var admin = await tenant.AsAdminAsync();
        await admin.NewModelAsync($"{tenant.Prefix}gpt", new { system_prompt_template = "Our secret sauce." });

        var shown = await (await tenant.AsAsync(Roles.TenantUser)).GetDataAsync($"/v1/models/{tenant.Prefix}gpt");

        Assert.DoesNotContain("sauce", shown.GetRawText(), StringComparison.Ordinal);
        Assert.False(shown.TryGetProperty("backends", out _));
        Assert.Equal("unavailable", shown.Text("health_status"));
    }

    [Fact]
    public async Task Another_tenant_neither_sees_nor_changes_a_model()
    {
        var tenant = await world.NewTenantAsync();
        var id = (await (await tenant.AsAdminAsync()).NewModelAsync($"{tenant.Prefix}gpt")).Text("id");
        var neighbour = await world.NewTenantAsync(tenant.Partner);
        var stranger = await neighbour.AsAdminAsync();

        var refusal = await stranger.RefusedAsync("GET", $"/v1/models/{id}", null, HttpStatusCode.NotFound, "MODEL_NOT_FOUND");
        Assert.DoesNotContain(tenant.Prefix, refusal.GetRawText(), StringComparison.Ordinal);
        await stranger.RefusedAsync("GET", $"/v1/models/{tenant.Prefix}gpt", null, HttpStatusCode.NotFound, "MODEL_NOT_FOUND");
        refusal = await stranger.RefusedAsync("PUT", $"/v1/models/{id}", new { display_name = "Mine" }, HttpStatusCode.NotFound, "MODEL_NOT_FOUND");
        Assert.DoesNotContain(tenant.Prefix, refusal.GetRawText(), StringComparison.Ordinal);
        await stranger.RefusedAsync("DELETE", $"/v1/models/{id}", null, HttpStatusCode.NotFound, "MODEL_NOT_FOUND");
        Assert.DoesNotContain($"{tenant.Prefix}gpt", await stranger.SlugsAsync());
        await stranger.RefusedAsync("POST", "/v1/models", new { slug = $"{neighbour.Prefix}x", display_name = "x", tenant_id = tenant.Tenant.Id.Value }, HttpStatusCode.BadRequest, "VALIDATION_ERROR");
    }

    [Theory]
    [InlineData("GET", "/v1/models", null)]
    [InlineData("POST", "/v1/models", "models:list")]
    [InlineData("PUT", "/v1/models/fm_x", "models:use")]
    [InlineData("DELETE", "/v1/models/fm_x", "models:use")]
    [InlineData("GET", "/v1/backends", "models:list")]
    [InlineData("POST", "/v1/backends", "models:list")]
    [InlineData("GET", "/v1/backends/bm_x", "models:list")]
    [InlineData("PUT", "/v1/backends/bm_x", "models:list")]
    [InlineData("DELETE", "/v1/backends/bm_x", "models:list")]
    [InlineData("GET", "/v1/models/groups", "models:use")]
    [InlineData("GET", "/v1/models/groups/mg_x", "models:use")]
    [InlineData("POST", "/v1/models/groups", "models:list")]
    [InlineData("PUT", "/v1/models/groups/mg_x", "models:list")]
    [InlineData("DELETE", "/v1/models/groups/mg_x", "models:list")]
    [InlineData("PUT", "/v1/models/groups/mg_x/models/a/b", "models:list")]
    [InlineData("DELETE", "/v1/models/groups/mg_x/models/a/b", "models:list")]
    public async Task Without_the_permission_nothing_is_done(string method, string path, string? permission)
    {
        var caller = await (await world.NewTenantAsync()).AsAsync("", permission is null ? [] : [permission]);

        await caller.RefusedAsync(method, path, new { }, HttpStatusCode.Forbidden, "AUTHZ_PERMISSION_DENIED");
    }

    [Fact]
    public async Task A_tenant_admin_sees_a_platform_wide_model_and_does_not_change_it()
    {
        var super = await world.AsSuperAsync();
        var tenant = await world.NewTenantAsync();
        var model = await super.NewModelAsync($"platform/{tenant.Tenant.Slug}");
        var admin = await tenant.AsAdminAsync();

        Assert.Equal(System.Text.Json.JsonValueKind.Null, (await admin.GetDataAsync($"/v1/models/{model.Text("id")}")).At("tenant_id").ValueKind);
        await admin.RefusedAsync("PUT", $"/v1/models/{model.Text("id")}", new { display_name = "Mine" }, HttpStatusCode.Forbidden, "AUTHZ_PERMISSION_DENIED");
        await admin.RefusedAsync("DELETE", $"/v1/models/{model.Text("id")}", null, HttpStatusCode.Forbidden, "AUTHZ_PERMISSION_DENIED");
        Assert.Equal("Ours", (await super.DataAsync(HttpMethod.Put, $"/v1/models/{model.Text("id")}", new { display_name = "Ours" })).Text("display_name"));
    }

    [Fact]
    public async Task A_partner_admin_manages_the_models_of_the_partners_tenants()
    {
        var tenant = await world.NewTenantAsync();
        var sibling = await world.NewTenantAsync(tenant.Partner);
        var partner = await tenant.AsAsync(Roles.PartnerAdmin);

        var theirs = await partner.NewModelAsync($"{sibling.Prefix}gpt", new { tenant_id = sibling.Tenant.Id.Value });
        await partner.NewModelAsync($"partner/{tenant.Partner.Slug}/gpt");

        Assert.Equal(sibling.Tenant.Id.Value, theirs.Text("tenant_id"));
        await partner.DataAsync(HttpMethod.Put, $"/v1/models/{theirs.Text("id")}", new { description = "Changed" });
        Assert.Contains($"{sibling.Prefix}gpt", await partner.SlugsAsync());
        Assert.Contains($"{sibling.Prefix}gpt", await (await sibling.AsAdminAsync()).SlugsAsync());
        Assert.DoesNotContain($"partner/{tenant.Partner.Slug}/gpt", await (await sibling.AsAdminAsync()).SlugsAsync());
    }

    [Fact]
    public async Task A_group_restricted_key_is_told_what_it_may_not_see_of_its_own_tenant()
    {
        var tenant = await world.NewTenantAsync();
        var admin = await tenant.AsAdminAsync();
        var id = (await admin.NewModelAsync($"{tenant.Prefix}gpt")).Text("id");
        var key = (await world.NewCallerAsync(tenant.Tenant, [Roles.TenantAdmin], key: k => k.ModelGroups = ["mg_other"])).Http;

        await key.RefusedAsync("GET", $"/v1/models/{tenant.Prefix}gpt", null, HttpStatusCode.Forbidden, "MODEL_ACCESS_DENIED");
        await key.RefusedAsync("PUT", $"/v1/models/{id}", new { description = "x" }, HttpStatusCode.Forbidden, "MODEL_ACCESS_DENIED");
    }

    [Fact]
    public async Task A_published_Cores_model_is_the_Cores_to_change()
    {
        var tenant = await world.NewTenantAsync();
        var admin = await tenant.AsAdminAsync();
        var model = await world.PublishedModelAsync(tenant);

        await admin.RefusedAsync("DELETE", $"/v1/models/{model.Id}", null, HttpStatusCode.Conflict, "MODEL_IN_USE");
        var error = await admin.RefusedAsync("PUT", $"/v1/models/{model.Id}", new { display_name = "x", description = "x", backends = Array.Empty<object>() }, HttpStatusCode.BadRequest, "VALIDATION_ERROR");
        Assert.Equal(["backends", "description", "display_name"], error.Fields());
        Assert.Equal("1.00", (await admin.DataAsync(HttpMethod.Put, $"/v1/models/{model.Id}", new { input_price_per_mtok = 1 })).Text("input_price_per_mtok"));
        var shown = await admin.GetDataAsync($"/v1/models/{model.Id}");
        Assert.Equal(("unavailable", 0, 1), (shown.Text("health_status"), shown.At("active_backend_count").GetInt32(), shown.At("total_backend_count").GetInt32()));
    }

    [Fact]
    public async Task Nobody_maps_a_model_to_a_backend_that_is_not_theirs()
    {
        var (tenant, stranger) = (await world.NewTenantAsync(), await world.NewTenantAsync());
        var admin = await tenant.AsAdminAsync();
        var platforms = (await (await world.AsSuperAsync()).NewBackendAsync()).Text("id");
        var theirs = (await (await stranger.AsAdminAsync()).NewBackendAsync()).Text("id");
        await world.PublishedModelAsync(tenant);

        var error = await admin.RefusedAsync("POST", "/v1/models", new
        {
            slug = $"{tenant.Prefix}gpt",
            display_name = "x",
            backends = new[] { new { backend = platforms }, new { backend = theirs }, new { backend = (string?)$"bm_core_{tenant.Tenant.Id}" } },
        }, HttpStatusCode.BadRequest, "VALIDATION_ERROR");

        Assert.Equal(["backends[0].backend", "backends[1].backend", "backends[2].backend"], error.Fields());
    }

    [Fact]
    public async Task A_platform_wide_model_lends_nobodys_own_backend_to_everybody()
    {
        var tenant = await world.NewTenantAsync();
        var theirs = (await (await tenant.AsAdminAsync()).NewBackendAsync()).Text("id");

        var error = await (await world.AsSuperAsync()).RefusedAsync(
            "POST", "/v1/models", new { slug = $"platform/{tenant.Tenant.Slug}", display_name = "x", backends = new[] { new { backend = theirs } } }, HttpStatusCode.BadRequest, "VALIDATION_ERROR");

        Assert.Equal(["backends[0].backend"], error.Fields());
    }

    [Fact]
    public async Task A_new_model_does_not_inherit_the_groups_of_one_that_bore_its_name()
    {
        var tenant = await world.NewTenantAsync();
        var admin = await tenant.AsAdminAsync();
        var (left, again) = ((await admin.NewGroupAsync()).Text("id")!, (await admin.NewGroupAsync()).Text("id")!);
        await world.Server.WithDbAsync(async db =>
        {
            foreach (var group in await db.ModelGroups.Where(g => g.TenantId == tenant.Tenant.Id).ToListAsync())
            {
                group.Add(new($"{tenant.Prefix}gpt"));
            }

            return await db.SaveChangesAsync();
        });

        var made = await admin.NewModelAsync($"{tenant.Prefix}gpt", new { groups = new[] { again } });

        Assert.Equal([again], made.At("groups").EnumerateArray().Select(g => g.GetString()));
        Assert.Empty((await admin.GetDataAsync($"/v1/models/groups/{left}")).At("slugs").EnumerateArray());
        Assert.Single((await admin.GetDataAsync($"/v1/models/groups/{again}")).At("slugs").EnumerateArray());
    }
}
