using System.Net;
using ScaiGrid.Server.Access;
using ScaiGrid.Server.Tests.Host;
using ScaiGrid.Server.Tests.Models;

namespace ScaiGrid.Server.Tests.Tenancy;

/// <summary>Tenants and partners, looked after by those whose they are.</summary>
public sealed class TenancyApiTests(World world)
{
    [Fact]
    public async Task A_super_admin_makes_a_partner_and_a_tenant_and_changes_them()
    {
        var super = await world.AsSuperAsync();
        var word = Guid.NewGuid().ToString("N")[..8];

        var partner = await super.PostDataAsync("/v1/partners", new { slug = $"p-{word}", name = "Partner", rate_limit = 9000 }, HttpStatusCode.Created);
        var tenant = await super.PostDataAsync("/v1/tenants", new { slug = $"t-{word}", name = " Tenant ", partner_id = partner.Text("id") }, HttpStatusCode.Created);

        Assert.Equal(("Tenant", "active", partner.Text("id")), (tenant.Text("name"), tenant.Text("status"), tenant.Text("partner_id")));
        Assert.Equal(7, (await super.DataAsync(HttpMethod.Put, $"/v1/partners/{partner.Text("id")}", new { rate_limit = 7 })).GetProperty("rate_limit").GetInt32());
        var changed = await super.DataAsync(HttpMethod.Put, $"/v1/tenants/{tenant.Text("id")}", new { name = "Renamed", restrict_models_to_groups = true, rate_limit = 0 });
        Assert.Equal(("Renamed", true, 0), (changed.Text("name"), changed.GetProperty("restrict_models_to_groups").GetBoolean(), changed.GetProperty("rate_limit").GetInt32()));
        Assert.Equal("Renamed", (await super.GetDataAsync($"/v1/tenants/{tenant.Text("id")}")).Text("name"));
        await super.RefusedAsync("POST", "/v1/tenants", new { slug = $"t-{word}", name = "x", partner_id = partner.Text("id") }, HttpStatusCode.Conflict, "SLUG_CONFLICT");
        await super.RefusedAsync("POST", "/v1/partners", new { slug = $"p-{word}", name = "x" }, HttpStatusCode.Conflict, "SLUG_CONFLICT");
        var faults = await super.RefusedAsync("POST", "/v1/tenants", new { slug = "Not A Slug", name = "", rate_limit = -1 }, HttpStatusCode.BadRequest, "VALIDATION_ERROR");
        Assert.Equal(["name", "partner_id", "rate_limit", "slug"], faults.Fields());
    }

    [Fact]
    public async Task A_suspended_tenant_stops_at_once_and_goes_on_when_it_may()
    {
        var tenant = await world.NewTenantAsync();
        var (super, user) = (await world.AsSuperAsync(), await tenant.AsAsync(Roles.TenantUser));
        var path = $"/v1/tenants/{tenant.Tenant.Id}";

        await super.DataAsync(HttpMethod.Put, path, new { status = "suspended" });
        await user.RefusedAsync("GET", "/v1/me", null, HttpStatusCode.Unauthorized, "AUTH_TOKEN_INVALID");
        await super.DataAsync(HttpMethod.Put, path, new { status = "active" });
        await user.GetDataAsync("/v1/me");
    }

    [Fact]
    public async Task A_partner_admin_looks_after_the_own_tenants_and_sees_no_others()
    {
        var tenant = await world.NewTenantAsync();
        var (sister, foreign) = (await world.NewTenantAsync(tenant.Partner), await world.NewTenantAsync());
        var admin = await tenant.AsAsync(Roles.PartnerAdmin);

        Assert.Equal(
            new[] { tenant.Tenant.Id.Value, sister.Tenant.Id.Value }.Order(StringComparer.Ordinal),
            (await admin.GetDataAsync("/v1/tenants")).GetProperty("items").EnumerateArray().Select(t => t.Text("id")));
        Assert.Equal(tenant.Partner.Id.Value, Assert.Single((await admin.GetDataAsync("/v1/partners")).GetProperty("items").EnumerateArray()).Text("id"));
        await admin.DataAsync(HttpMethod.Put, $"/v1/tenants/{sister.Tenant.Id}", new { name = "Sister" });
        var made = await admin.PostDataAsync("/v1/tenants", new { slug = $"s-{Guid.NewGuid():N}"[..20], name = "New" }, HttpStatusCode.Created);
        Assert.Equal(tenant.Partner.Id.Value, made.Text("partner_id"));
        await admin.RefusedAsync("GET", $"/v1/tenants/{foreign.Tenant.Id}", null, HttpStatusCode.NotFound, "TENANT_NOT_FOUND");
        await admin.RefusedAsync("PUT", $"/v1/tenants/{foreign.Tenant.Id}", new { name = "x" }, HttpStatusCode.NotFound, "TENANT_NOT_FOUND");
        await admin.RefusedAsync("POST", "/v1/tenants", new { slug = "x", name = "x", partner_id = foreign.Partner.Id.Value }, HttpStatusCode.BadRequest, "VALIDATION_ERROR");
        await admin.RefusedAsync("GET", $"/v1/partners/{foreign.Partner.Id}", null, HttpStatusCode.NotFound, "PARTNER_NOT_FOUND");
        await admin.RefusedAsync("POST", "/v1/partners", new { slug = "x", name = "x" }, HttpStatusCode.Forbidden, "AUTHZ_PERMISSION_DENIED");
        await admin.RefusedAsync("PUT", $"/v1/partners/{tenant.Partner.Id}", new { rate_limit = 0 }, HttpStatusCode.Forbidden, "AUTHZ_PERMISSION_DENIED");
        await admin.RefusedAsync("PUT", $"/v1/tenants/{tenant.Tenant.Id}", new { status = "suspended" }, HttpStatusCode.BadRequest, "VALIDATION_ERROR");
    }

    [Theory]
    [InlineData(Roles.TenantAdmin)]
    [InlineData(Roles.TenantUser)]
    [InlineData(Roles.TenantViewer)]
    public async Task People_of_a_tenant_look_after_no_tenants(string role)
    {
        var tenant = await world.NewTenantAsync();
        var person = await tenant.AsAsync(role);
        foreach (var (method, path, body) in ((string, string, object?)[])
            [
                ("GET", "/v1/tenants", null), ("GET", $"/v1/tenants/{tenant.Tenant.Id}", null), ("PUT", $"/v1/tenants/{tenant.Tenant.Id}", new { rate_limit = 0 }), ("POST", "/v1/tenants", new { slug = "x", name = "x" }),
                ("GET", "/v1/partners", null), ("GET", $"/v1/partners/{tenant.Partner.Id}", null), ("PUT", $"/v1/partners/{tenant.Partner.Id}", new { rate_limit = 0 }), ("POST", "/v1/partners", new { slug = "x", name = "x" }),
            ])
        {
            await person.RefusedAsync(method, path, body, HttpStatusCode.Forbidden, "AUTHZ_PERMISSION_DENIED");
        }
    }
}
