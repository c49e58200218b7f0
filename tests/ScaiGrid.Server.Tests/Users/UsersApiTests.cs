using System.Net;
using ScaiGrid.Server.Access;
using ScaiGrid.Server.Tests.Host;
using ScaiGrid.Server.Tests.Models;

namespace ScaiGrid.Server.Tests.Users;

/// <summary>Who may look after which people, and that nobody gives what they do not hold.</summary>
public sealed class UsersApiTests(World world)
{
    [Fact]
    public async Task A_person_is_created_read_changed_listed_and_deleted()
    {
        var tenant = await world.NewTenantAsync();
        var admin = await tenant.AsAdminAsync();

        var made = await admin.PostDataAsync("/v1/users", new { email = "Bo@acme.example", name = " Bo ", password = "correct horse", permissions = (string[])["scaicore:view"] }, HttpStatusCode.Created);

        Assert.Equal(("Bo", "active", tenant.Tenant.Id.Value, true), (made.Text("name"), made.Text("status"), made.Text("tenant_id"), made.GetProperty("has_password").GetBoolean()));
        Assert.Equal("tenant_user", made.GetProperty("roles")[0].GetString());
        Assert.DoesNotContain("correct horse", made.ToString(), StringComparison.Ordinal);
        var path = $"/v1/users/{made.Text("id")}";
        Assert.Equal("suspended", (await admin.DataAsync(HttpMethod.Put, path, new { status = "suspended", name = "Bo B" })).Text("status"));
        Assert.Equal(made.Text("id"), Assert.Single((await admin.GetDataAsync("/v1/users?status=suspended")).GetProperty("items").EnumerateArray()).Text("id"));
        Assert.Equal("Bo B", (await admin.GetDataAsync(path)).Text("name"));
        Assert.Equal(HttpStatusCode.NoContent, (await admin.SendAsync(HttpMethod.Delete, path)).Status);
        await admin.RefusedAsync("GET", path, null, HttpStatusCode.NotFound, "USER_NOT_FOUND");
        var audited = (await admin.GetDataAsync("/v1/audit-log?resource_type=user")).GetProperty("items").EnumerateArray().Select(e => e.Text("action"));
        Assert.Equal(["user.delete", "user.update", "user.create"], audited);
        await admin.PostDataAsync("/v1/users", new { email = "bo@ACME.example", name = "Another" }, HttpStatusCode.Created); // the address is free again
        await admin.RefusedAsync("POST", "/v1/users", new { email = "BO@acme.example", name = "Third" }, HttpStatusCode.Conflict, "EMAIL_TAKEN");
    }

    [Fact]
    public async Task Suspending_and_deleting_stop_a_person_at_once()
    {
        var tenant = await world.NewTenantAsync();
        var admin = await tenant.AsAdminAsync();
        var person = await world.NewCallerAsync(tenant.Tenant, [Roles.TenantUser]);
        var path = $"/v1/users/{person.User.Id}";

        await admin.DataAsync(HttpMethod.Put, path, new { status = "suspended" });
        await person.Http.RefusedAsync("GET", "/v1/me", null, HttpStatusCode.Unauthorized, "AUTH_TOKEN_INVALID");
        await admin.DataAsync(HttpMethod.Put, path, new { status = "active" });
        await person.Http.GetDataAsync("/v1/me");
        await admin.SendAsync(HttpMethod.Delete, path);
        await person.Http.RefusedAsync("GET", "/v1/me", null, HttpStatusCode.Unauthorized, "AUTH_TOKEN_INVALID");
        Assert.NotNull((await world.Server.WithDbAsync(async db => await db.ApiKeys.FindAsync(person.Key.Id)))!.RevokedAt);
    }

    [Theory]
    [InlineData("""{"email":"nobody","name":" ","password":"short","rate_limit":-1,"roles":["king"],"permissions":["fly"],"custom_role_ids":["role_x"],"groups":["group_x"]}""",
        "custom_role_ids[0],email,groups[0],name,password,permissions[0],rate_limit,roles[0]")]
    [InlineData("""{"email":"a@b","name":"x","roles":["super_admin"]}""", "roles[0]")]
    [InlineData("""{"email":"a@b","name":"x","roles":["tenant_user","partner_admin"]}""", "roles[1]")]
    [InlineData("""{"email":"a@b","name":"x","permissions":["routing:manage"]}""", "permissions[0]")]
    public async Task Every_fault_is_told_at_once_and_nobody_gives_what_they_do_not_hold(string body, string fields)
    {
        var admin = await (await world.NewTenantAsync()).AsAdminAsync();

        var error = await admin.RefusedAsync("POST", "/v1/users", System.Text.Json.JsonElement.Parse(body), HttpStatusCode.BadRequest, "VALIDATION_ERROR");

        Assert.Equal(fields, string.Join(',', error.Fields()));
    }

    [Fact]
    public async Task Roles_and_permissions_are_set_by_those_who_hold_them_and_count_at_once()
    {
        var tenant = await world.NewTenantAsync();
        var admin = await tenant.AsAdminAsync();
        var person = await world.NewCallerAsync(tenant.Tenant, [Roles.TenantViewer]);
        var path = $"/v1/users/{person.User.Id}";

        await admin.DataAsync(HttpMethod.Put, $"{path}/roles", new { roles = (string[])["tenant_user"] });
        await admin.DataAsync(HttpMethod.Put, $"{path}/module-permissions", new { permissions = (string[])["scaicore:view"] });

        var may = (await person.Http.GetDataAsync("/v1/me")).GetProperty("permissions").EnumerateArray().Select(p => p.GetString()).ToList();
        Assert.Contains("models:use", may);
        Assert.Contains("scaicore:view", may);
        Assert.Equal("scaicore:view", (await admin.GetDataAsync($"{path}/module-permissions")).GetProperty("permissions")[0].GetString());
        await admin.RefusedAsync("PUT", $"{path}/roles", new { roles = (string[])["partner_admin"] }, HttpStatusCode.BadRequest, "VALIDATION_ERROR");
        await admin.RefusedAsync("PUT", $"{path}/module-permissions", new { permissions = (string[])["routing:manage"] }, HttpStatusCode.BadRequest, "VALIDATION_ERROR");
    }

    [Fact]
    public async Task Nobody_changes_those_who_may_more_or_demotes_or_deletes_themselves()
    {
        var tenant = await world.NewTenantAsync();
        var admin = await world.NewCallerAsync(tenant.Tenant, [Roles.TenantAdmin]);
        var partnerAdmin = await world.NewCallerAsync(tenant.Tenant, [Roles.PartnerAdmin]);
        var helper = (await world.NewCallerAsync(tenant.Tenant, [], [Permissions.UsersManage])).Http;

        foreach (var (caller, target) in ((HttpClient, TestCaller)[])[(admin.Http, partnerAdmin), (helper, admin)])
        {
            await caller.RefusedAsync("PUT", $"/v1/users/{target.User.Id}", new { name = "x" }, HttpStatusCode.Forbidden, "AUTHZ_PERMISSION_DENIED");
            await caller.RefusedAsync("PUT", $"/v1/users/{target.User.Id}/roles", new { roles = (string[])[] }, HttpStatusCode.Forbidden, "AUTHZ_PERMISSION_DENIED");
            await caller.RefusedAsync("PUT", $"/v1/users/{target.User.Id}/module-permissions", new { permissions = (string[])[] }, HttpStatusCode.Forbidden, "AUTHZ_PERMISSION_DENIED");
            await caller.RefusedAsync("DELETE", $"/v1/users/{target.User.Id}", null, HttpStatusCode.Forbidden, "AUTHZ_PERMISSION_DENIED");
        }

        var own = $"/v1/users/{admin.User.Id}";
        await admin.Http.RefusedAsync("DELETE", own, null, HttpStatusCode.Conflict, "NOT_YOURSELF");
        await admin.Http.RefusedAsync("PUT", own, new { status = "suspended" }, HttpStatusCode.Conflict, "NOT_YOURSELF");
        await admin.Http.RefusedAsync("PUT", $"{own}/roles", new { roles = (string[])["tenant_user"] }, HttpStatusCode.Conflict, "NOT_YOURSELF");
        await admin.Http.RefusedAsync("PUT", $"{own}/module-permissions", new { permissions = (string[])[] }, HttpStatusCode.Conflict, "NOT_YOURSELF");
        await admin.Http.DataAsync(HttpMethod.Put, own, new { name = "A new name" });
    }

    [Fact]
    public async Task People_see_themselves_and_admins_those_of_their_tenant()
    {
        var tenant = await world.NewTenantAsync();
        var person = await world.NewCallerAsync(tenant.Tenant, [Roles.TenantUser]);
        var colleague = await world.NewCallerAsync(tenant.Tenant, [Roles.TenantUser]);
        var neighbour = await (await world.NewTenantAsync(tenant.Partner)).AsAdminAsync();

        Assert.Equal(person.User.Id.Value, (await person.Http.GetDataAsync($"/v1/users/{person.User.Id}")).Text("id"));
        await person.Http.RefusedAsync("GET", $"/v1/users/{colleague.User.Id}", null, HttpStatusCode.NotFound, "USER_NOT_FOUND");
        await person.Http.RefusedAsync("GET", "/v1/users", null, HttpStatusCode.Forbidden, "AUTHZ_PERMISSION_DENIED");
        foreach (var (method, path, body) in ((string, string, object?)[])[("GET", "", null), ("PUT", "", new { name = "x" }), ("DELETE", "", null), ("PUT", "/roles", new { roles = (string[])[] }), ("GET", "/module-permissions", null)])
        {
            await neighbour.RefusedAsync(method, $"/v1/users/{person.User.Id}{path}", body, HttpStatusCode.NotFound, "USER_NOT_FOUND");
        }

        var super = await world.AsSuperAsync();
        Assert.Equal(person.User.Id.Value, (await super.GetDataAsync($"/v1/users/{person.User.Id}")).Text("id"));
        await super.RefusedAsync("POST", "/v1/users", new { email = "a@b", name = "x" }, HttpStatusCode.BadRequest, "VALIDATION_ERROR"); // no tenant is named
        super.DefaultRequestHeaders.Add("X-Tenant-Id", tenant.Tenant.Slug.Value);
        await super.PostDataAsync("/v1/users", new { email = "a@b", name = "x", roles = (string[])["tenant_admin"] }, HttpStatusCode.Created);
    }

    [Fact]
    public async Task Lists_are_paged()
    {
        var tenant = await world.NewTenantAsync();
        var admin = await tenant.AsAdminAsync();
        for (var i = 0; i < 4; i++)
        {
            await admin.PostDataAsync("/v1/users", new { email = $"p{i}@b", name = $"P{i}" }, HttpStatusCode.Created);
        }

        var seen = new List<string?>();
        string? cursor = null;
        do
        {
            var body = (await admin.SendAsync(HttpMethod.Get, $"/v1/users?limit=2{(cursor is null ? "" : $"&cursor={cursor}")}")).Body;
            seen.AddRange(body.At("data.items").EnumerateArray().Select(u => u.Text("name")));
            cursor = body.Text("pagination.next_cursor");
        }
        while (cursor is not null);

        Assert.Equal(["P0", "P1", "P2", "P3"], seen.Where(n => n!.StartsWith('P') && n.Length == 2).Order());
        Assert.Equal(5, seen.Distinct().Count());
    }
}
