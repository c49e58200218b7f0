using System.Net;
using Microsoft.EntityFrameworkCore;
using ScaiGrid.Server.Access;
using ScaiGrid.Server.Tests.Host;

namespace ScaiGrid.Server.Tests.Models;

public sealed class GroupsApiTests(World world)
{
    [Fact]
    public async Task A_model_is_put_in_a_group_and_taken_out_again()
    {
        var tenant = await world.NewTenantAsync();
        var admin = await tenant.AsAdminAsync();
        var slug = $"{tenant.Prefix}gpt";
        await admin.NewModelAsync(slug);
        var id = (await admin.NewGroupAsync()).Text("id");
        var reader = (await world.NewCallerAsync(tenant.Tenant, [Roles.TenantUser], key: k => k.ModelGroups = [id!])).Http;

        var escaped = slug.Replace("/", "%2F", StringComparison.Ordinal);
        await admin.DataAsync(HttpMethod.Put, $"/v1/models/groups/{id}/models/{slug}");
        var group = await admin.DataAsync(HttpMethod.Put, $"/v1/models/groups/{id}/models/{escaped}"); // again is not an error
        Assert.Equal([slug], group.At("slugs").EnumerateArray().Select(s => s.GetString()));
        Assert.Equal([slug], await reader.SlugsAsync());

        Assert.Equal(HttpStatusCode.NoContent, (await admin.SendAsync(HttpMethod.Delete, $"/v1/models/groups/{id}/models/{slug}")).Status);
        Assert.Empty(await reader.SlugsAsync());
        await admin.RefusedAsync("DELETE", $"/v1/models/groups/{id}/models/{slug}", null, HttpStatusCode.NotFound, "MODEL_NOT_FOUND");
    }

    [Fact]
    public async Task Each_caller_makes_groups_of_the_scopes_that_are_theirs()
    {
        var tenant = await world.NewTenantAsync();
        var sibling = await world.NewTenantAsync(tenant.Partner);
        var (admin, partner, super) = (await tenant.AsAdminAsync(), await tenant.AsAsync(Roles.PartnerAdmin), await world.AsSuperAsync());

        Assert.Equal(tenant.Tenant.Id.Value, (await admin.NewGroupAsync()).Text("tenant_id"));
        Assert.Equal(sibling.Tenant.Id.Value, (await partner.NewGroupAsync(new { tenant_id = sibling.Tenant.Id.Value })).Text("tenant_id"));
        Assert.Equal(tenant.Partner.Id.Value, (await partner.NewGroupAsync(new { scope = "partner" })).Text("partner_id"));
        Assert.Equal("global", (await super.NewGroupAsync(new { scope = "global" })).Text("scope"));

        foreach (var (caller, body) in ((HttpClient, object)[])
            [(admin, new { name = "x", scope = "partner" }), (admin, new { name = "x", scope = "global" }), (admin, new { name = "x", tenant_id = sibling.Tenant.Id.Value }), (partner, new { name = "x", scope = "global" }),
                (partner, new { name = "x", scope = "partner", partner_id = "prt_of_others" }), (partner, new { name = "x", tenant_id = "tnt_of_others" })])
        {
            await caller.RefusedAsync("POST", "/v1/models/groups", body, HttpStatusCode.Forbidden, "AUTHZ_PERMISSION_DENIED");
        }
    }

    [Fact]
    public async Task Every_fault_is_named_at_once()
    {
        var super = await world.AsSuperAsync();

        var error = await super.RefusedAsync(
            "POST", "/v1/models/groups", new { name = " ", scope = "global", is_default = true, partner_id = "prt_x", tenant_id = "tnt_x" }, HttpStatusCode.BadRequest, "VALIDATION_ERROR");
        Assert.Equal(["is_default", "name", "partner_id", "tenant_id"], error.Fields());

        Assert.Equal(["tenant_id"], (await super.RefusedAsync("POST", "/v1/models/groups", new { name = "x" }, HttpStatusCode.BadRequest, "VALIDATION_ERROR")).Fields());
        Assert.Equal(["partner_id"], (await super.RefusedAsync("POST", "/v1/models/groups", new { name = "x", scope = "partner" }, HttpStatusCode.BadRequest, "VALIDATION_ERROR")).Fields());
        error = await super.RefusedAsync("POST", "/v1/models/groups", new { name = "x", scope = "partner", partner_id = "prt_x", slugs = new[] { "no/such" } }, HttpStatusCode.BadRequest, "VALIDATION_ERROR");
        Assert.Equal(["partner_id", "slugs[0]"], error.Fields());
    }

    [Fact]
    public async Task A_list_shows_the_groups_in_reach_and_others_do_not_exist()
    {
        var tenant = await world.NewTenantAsync();
        var stranger = await world.NewTenantAsync();
        var (admin, partner, super) = (await tenant.AsAdminAsync(), await tenant.AsAsync(Roles.PartnerAdmin), await world.AsSuperAsync());
        var own = (await admin.NewGroupAsync()).Text("id")!;
        var partners = (await partner.NewGroupAsync(new { scope = "partner" })).Text("id")!;
        var global = (await super.NewGroupAsync(new { scope = "global" })).Text("id")!;
        var theirs = (await (await stranger.AsAdminAsync()).NewGroupAsync()).Text("id")!;

        var shown = await IdsAsync(await tenant.AsAsync(Roles.TenantUser));
        Assert.Equal([own, partners, global], ((string[])[own, partners, global, theirs]).Where(shown.Contains));
        Assert.Equal([own], await IdsAsync((await world.NewCallerAsync(tenant.Tenant, [Roles.TenantUser], key: k => k.ModelGroups = [own, theirs])).Http));
        Assert.Contains(theirs, await IdsAsync(super));

        await admin.RefusedAsync("GET", $"/v1/models/groups/{theirs}", null, HttpStatusCode.NotFound, "MODEL_GROUP_NOT_FOUND");
        await admin.RefusedAsync("PUT", $"/v1/models/groups/{theirs}", new { name = "x" }, HttpStatusCode.NotFound, "MODEL_GROUP_NOT_FOUND");
        await admin.RefusedAsync("DELETE", $"/v1/models/groups/{theirs}", null, HttpStatusCode.NotFound, "MODEL_GROUP_NOT_FOUND");
        foreach (var readOnly in (string[])[global, partners])
        {
            await admin.RefusedAsync("PUT", $"/v1/models/groups/{readOnly}", new { name = "x" }, HttpStatusCode.Forbidden, "AUTHZ_PERMISSION_DENIED");
            await admin.RefusedAsync("DELETE", $"/v1/models/groups/{readOnly}", null, HttpStatusCode.Forbidden, "AUTHZ_PERMISSION_DENIED");
            await admin.RefusedAsync("PUT", $"/v1/models/groups/{readOnly}/models/x/y", null, HttpStatusCode.Forbidden, "AUTHZ_PERMISSION_DENIED");
        }
    }

    [Fact]
    public async Task Nobody_lends_another_tenants_model_to_their_own_group()
    {
        var tenant = await world.NewTenantAsync();
        var sibling = await world.NewTenantAsync(tenant.Partner);
        var slug = $"{sibling.Prefix}gpt";
        await (await sibling.AsAdminAsync()).NewModelAsync(slug);
        var admin = await tenant.AsAdminAsync();
        var id = (await admin.NewGroupAsync()).Text("id");

        await admin.RefusedAsync("PUT", $"/v1/models/groups/{id}/models/{slug}", null, HttpStatusCode.NotFound, "MODEL_NOT_FOUND");
        Assert.Equal(["slugs[0]"], (await admin.RefusedAsync("PUT", $"/v1/models/groups/{id}", new { slugs = new[] { slug } }, HttpStatusCode.BadRequest, "VALIDATION_ERROR")).Fields());

        // Shared by the partner, it is seen; it is still its owner's to share.
        var partner = await tenant.AsAsync(Roles.PartnerAdmin);
        var shared = (await partner.NewGroupAsync(new { scope = "partner", slugs = new[] { slug } })).Text("id");
        Assert.Contains(slug, await admin.SlugsAsync());
        await admin.RefusedAsync("PUT", $"/v1/models/groups/{id}/models/{slug}", null, HttpStatusCode.Forbidden, "AUTHZ_PERMISSION_DENIED");

        Assert.Equal(HttpStatusCode.NoContent, (await partner.SendAsync(HttpMethod.Delete, $"/v1/models/groups/{shared}")).Status);
        Assert.DoesNotContain(slug, await admin.SlugsAsync());
    }

    [Fact]
    public async Task A_group_restricted_key_does_not_widen_its_own_sight()
    {
        var tenant = await world.NewTenantAsync();
        var admin = await tenant.AsAdminAsync();
        await admin.NewModelAsync($"{tenant.Prefix}hidden");
        await (await world.AsSuperAsync()).NewModelAsync($"platform/{tenant.Tenant.Slug}");
        var id = (await admin.NewGroupAsync()).Text("id")!;
        var key = (await world.NewCallerAsync(tenant.Tenant, [Roles.TenantAdmin], key: k => k.ModelGroups = [id])).Http;

        await key.RefusedAsync("PUT", $"/v1/models/groups/{id}/models/{tenant.Prefix}hidden", null, HttpStatusCode.Forbidden, "MODEL_ACCESS_DENIED");
        await key.RefusedAsync("PUT", $"/v1/models/groups/{id}/models/platform/{tenant.Tenant.Slug}", null, HttpStatusCode.Forbidden, "MODEL_ACCESS_DENIED");
    }

    [Fact]
    public async Task A_restricted_tenant_sees_only_what_stands_in_groups()
    {
        var tenant = await world.NewTenantAsync();
        await world.Server.WithDbAsync(async db =>
        {
            (await db.Tenants.SingleAsync(t => t.Id == tenant.Tenant.Id)).RestrictModelsToGroups = true;
            return await db.SaveChangesAsync();
        });
        var admin = await tenant.AsAdminAsync();
        var slug = $"{tenant.Prefix}gpt";
        await admin.NewModelAsync(slug);

        Assert.Empty((await admin.SlugsAsync()).Where(s => s.StartsWith(tenant.Prefix, StringComparison.Ordinal)));
        await admin.RefusedAsync("GET", $"/v1/models/{slug}", null, HttpStatusCode.Forbidden, "MODEL_ACCESS_DENIED");

        await admin.NewGroupAsync(new { slugs = new[] { slug } });
        Assert.Contains(slug, await (await tenant.AsAsync(Roles.TenantUser)).SlugsAsync());
    }

    [Fact]
    public async Task A_tenant_has_one_default_group_whoever_asks_at_the_same_time()
    {
        var tenant = await world.NewTenantAsync();
        var admin = await tenant.AsAdminAsync();

        var made = await Task.WhenAll(Enumerable.Range(0, 5).Select(_ => admin.NewGroupAsync(new { is_default = true })));
        Assert.Single(await DefaultsAsync(admin));

        await Task.WhenAll(made.Select(g => admin.DataAsync(HttpMethod.Put, $"/v1/models/groups/{g.Text("id")}", new { is_default = true })));
        Assert.Single(await DefaultsAsync(admin));

        var last = (await DefaultsAsync(admin))[0];
        await admin.DataAsync(HttpMethod.Put, $"/v1/models/groups/{last}", new { is_default = false });
        Assert.Empty(await DefaultsAsync(admin));
    }

    [Fact]
    public async Task Models_added_to_a_group_at_the_same_time_are_all_in_it()
    {
        var tenant = await world.NewTenantAsync();
        var admin = await tenant.AsAdminAsync();
        var id = (await admin.NewGroupAsync()).Text("id");
        await Task.WhenAll(Enumerable.Range(0, 6).Select(i => admin.NewModelAsync($"{tenant.Prefix}m{i}")));

        await Task.WhenAll(Enumerable.Range(0, 12).Select(i => admin.DataAsync(HttpMethod.Put, $"/v1/models/groups/{id}/models/{tenant.Prefix}m{i % 6}")));

        Assert.Equal(6, (await admin.GetDataAsync($"/v1/models/groups/{id}")).At("slugs").GetArrayLength());
    }

    [Fact]
    public async Task A_models_own_change_leaves_groups_that_its_changer_may_not_change()
    {
        var tenant = await world.NewTenantAsync();
        var (admin, partner) = (await tenant.AsAdminAsync(), await tenant.AsAsync(Roles.PartnerAdmin));
        var id = (await admin.NewModelAsync($"{tenant.Prefix}gpt")).Text("id");
        var own = (await admin.NewGroupAsync(new { slugs = new[] { $"{tenant.Prefix}gpt" } })).Text("id");
        var partners = (await partner.NewGroupAsync(new { scope = "partner", slugs = new[] { $"{tenant.Prefix}gpt" } })).Text("id");

        var changed = await admin.DataAsync(HttpMethod.Put, $"/v1/models/{id}", new { groups = Array.Empty<string>() });

        Assert.Equal([partners], changed.At("groups").EnumerateArray().Select(g => g.GetString()));
        Assert.Empty((await admin.GetDataAsync($"/v1/models/groups/{own}")).At("slugs").EnumerateArray());
    }

    [Fact]
    public async Task Changes_are_audited()
    {
        var tenant = await world.NewTenantAsync();
        var admin = await tenant.AsAdminAsync();
        await admin.NewModelAsync($"{tenant.Prefix}gpt");
        var id = (await admin.NewGroupAsync()).Text("id");
        await admin.DataAsync(HttpMethod.Put, $"/v1/models/groups/{id}", new { name = "x" });
        await admin.DataAsync(HttpMethod.Put, $"/v1/models/groups/{id}/models/{tenant.Prefix}gpt");
        await admin.SendAsync(HttpMethod.Delete, $"/v1/models/groups/{id}/models/{tenant.Prefix}gpt");
        await admin.SendAsync(HttpMethod.Delete, $"/v1/models/groups/{id}");

        var lines = await world.Server.WithDbAsync(db => db.AuditLog.Where(e => e.Stream == tenant.Tenant.Id.Value).OrderBy(e => e.Sequence).Select(e => e.Action).ToListAsync());

        Assert.Equal(["model.create", "model_group.create", "model_group.update", "model_group.add_model", "model_group.remove_model", "model_group.delete"], lines);
    }

    private static async Task<string[]> IdsAsync(HttpClient http) =>
        [.. (await http.GetDataAsync("/v1/models/groups?limit=1000")).At("items").EnumerateArray().Select(g => g.Text("id")!)];

    private static async Task<string[]> DefaultsAsync(HttpClient http) =>
        [.. (await http.GetDataAsync("/v1/models/groups?limit=1000")).At("items").EnumerateArray().Where(g => g.At("is_default").GetBoolean()).Select(g => g.Text("id")!)];
}
