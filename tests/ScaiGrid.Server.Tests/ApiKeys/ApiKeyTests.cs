using System.Net;
using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using ScaiGrid.Server.Access;
using ScaiGrid.Server.Tests.Host;

namespace ScaiGrid.Server.Tests.ApiKeys;

public sealed class ApiKeyTests(World world)
{
    [Fact]
    public async Task A_key_is_created_used_listed_and_revoked()
    {
        var acme = await world.NewTenantAsync();
        var bob = await world.NewCallerAsync(acme.Tenant, [Roles.TenantUser]);
        var made = await bob.Http.PostDataAsync("/v1/api-keys", new { name = " ci ", expires_at = "2100-01-01T00:00:00Z", permissions = new[] { "models:list" } }, HttpStatusCode.Created);
        var (id, secret) = (made.Text("id"), made.Text("key")!);

        Assert.True(ApiKeySecret.IsWellFormed(secret));
        Assert.Equal(("ci", secret[..8], bob.User.Id.Value), (made.Text("name"), made.Text("prefix"), made.Text("user_id")));
        Assert.Equal("models:list", Assert.Single(made.At("scopes").EnumerateArray()).GetString());

        using var http = Client(secret);
        Assert.Equal(id, (await http.GetDataAsync("/v1/me")).Text("api_key.id"));
        var items = (await bob.Http.GetDataAsync("/v1/api-keys")).At("items");
        Assert.Contains(items.EnumerateArray(), k => k.Text("id") == id);
        Assert.DoesNotContain(secret, items.ToString(), StringComparison.Ordinal);

        Assert.Equal(HttpStatusCode.NoContent, (await bob.Http.SendAsync(HttpMethod.Delete, $"/v1/api-keys/{id}")).Status);
        await http.RefusedAsync(HttpMethod.Get, "/v1/me", null, HttpStatusCode.Unauthorized, "AUTH_TOKEN_INVALID");
        await bob.Http.RefusedAsync(HttpMethod.Delete, $"/v1/api-keys/{id}", null, HttpStatusCode.NotFound, "NOT_FOUND");
        Assert.DoesNotContain((await bob.Http.GetDataAsync("/v1/api-keys")).At("items").EnumerateArray(), k => k.Text("id") == id);
        Assert.Equal(
            ["api_key.create SUCCESS", "api_key.delete SUCCESS", "api_key.delete FAILURE"],
            await world.Server.WithDbAsync(db => db.AuditLog.Where(l => l.Stream == acme.Tenant.Id.Value).OrderBy(l => l.Sequence).Select(l => l.Action + " " + l.Status).ToListAsync()));
    }

    [Fact]
    public async Task Every_fault_of_a_request_is_named()
    {
        var acme = await world.NewTenantAsync();
        var stranger = await world.NewTenantAsync();
        var foreign = await GroupAsync(stranger);
        var bob = await world.NewCallerAsync(acme.Tenant, [Roles.TenantUser]);
        var error = await bob.Http.RefusedAsync(HttpMethod.Post, "/v1/api-keys", new
        {
            name = " ",
            expires_at = "2001-01-01T00:00:00Z",
            permissions = new[] { "models:list", "users:manage", "fly" },
            model_groups = new[] { "mg_nowhere", foreign },
            rate_limit = -1,
        }, HttpStatusCode.BadRequest, "VALIDATION_ERROR");

        Assert.Equal(
            ["name", "expires_at", "rate_limit", "permissions[1]", "permissions[2]", "model_groups[0]", "model_groups[1]"],
            error.At("details").EnumerateArray().Select(d => d.Text("field")));
    }

    [Fact]
    public async Task A_narrowed_key_cannot_make_a_broader_one()
    {
        var acme = await world.NewTenantAsync();
        var (ours, more) = (await GroupAsync(acme), await GroupAsync(acme));
        var narrow = await world.NewCallerAsync(acme.Tenant, [Roles.TenantUser], key: k =>
        {
            k.Permissions = [Permissions.ApiKeysManage, Permissions.ModelsList];
            k.ModelGroups = [ours];
            k.ExpiresAt = DateTimeOffset.MaxValue.AddYears(-7000);
            k.RateLimit = 50;
        });

        var same = await narrow.Http.PostDataAsync("/v1/api-keys", new { name = "same" }, HttpStatusCode.Created);
        Assert.Equal(["api_keys:manage", "models:list"], Words(same, "permissions"));
        Assert.Equal([ours], Words(same, "model_groups"));
        Assert.Equal(narrow.Key.ExpiresAt!.Value.Date, same.At("expires_at").GetDateTimeOffset().Date);
        Assert.Equal(50, same.At("rate_limit").GetInt32());

        var error = await narrow.Http.RefusedAsync(
            HttpMethod.Post, "/v1/api-keys",
            new { name = "more", permissions = new[] { "models:use" }, model_groups = new[] { more }, expires_at = "9000-01-01T00:00:00Z", rate_limit = 51 },
            HttpStatusCode.BadRequest, "VALIDATION_ERROR");
        Assert.Equal(["expires_at", "rate_limit", "permissions[0]", "model_groups[0]"], error.At("details").EnumerateArray().Select(d => d.Text("field")));
    }

    [Fact]
    public async Task A_key_for_somebody_else_needs_the_right_to_manage_users_and_gives_no_more_than_one_has()
    {
        var acme = await world.NewTenantAsync();
        var stranger = await world.NewTenantAsync();
        var bob = await world.NewCallerAsync(acme.Tenant, [Roles.TenantUser]);
        var boss = await world.NewCallerAsync(acme.Tenant, [Roles.PartnerAdmin]);
        var foreign = await world.NewCallerAsync(stranger.Tenant, [Roles.TenantUser]);
        var admin = await world.NewCallerAsync(acme.Tenant, [Roles.TenantAdmin]);

        var made = await admin.Http.PostDataAsync("/v1/api-keys", new { name = "for bob", assigned_user_id = bob.User.Id.Value, rate_limit = 0 }, HttpStatusCode.Created);
        Assert.Equal(bob.User.Id.Value, made.Text("user_id"));
        using var http = Client(made.Text("key")!);
        Assert.Equal(bob.User.Id.Value, (await http.GetDataAsync("/v1/me")).Text("id"));

        await bob.Http.RefusedAsync(HttpMethod.Post, "/v1/api-keys", new { name = "x", assigned_user_id = admin.User.Id.Value }, HttpStatusCode.Forbidden, "AUTHZ_PERMISSION_DENIED");
        await admin.Http.RefusedAsync(HttpMethod.Post, "/v1/api-keys", new { name = "x", assigned_user_id = boss.User.Id.Value }, HttpStatusCode.Forbidden, "AUTHZ_PERMISSION_DENIED");
        await admin.Http.RefusedAsync(HttpMethod.Post, "/v1/api-keys", new { name = "x", assigned_user_id = foreign.User.Id.Value }, HttpStatusCode.BadRequest, "VALIDATION_ERROR");
    }

    [Fact]
    public async Task An_admin_revokes_keys_of_the_tenant_and_of_no_other()
    {
        var acme = await world.NewTenantAsync();
        var stranger = await world.NewTenantAsync();
        var bob = await world.NewCallerAsync(acme.Tenant, [Roles.TenantUser]);
        var colleague = await world.NewCallerAsync(acme.Tenant, [Roles.TenantUser]);
        var foreign = await stranger.AsAdminAsync();
        var admin = await acme.AsAdminAsync();

        await foreign.RefusedAsync(HttpMethod.Delete, $"/v1/api-keys/{bob.Key.Id}", null, HttpStatusCode.NotFound, "NOT_FOUND");
        await colleague.Http.RefusedAsync(HttpMethod.Delete, $"/v1/api-keys/{bob.Key.Id}", null, HttpStatusCode.NotFound, "NOT_FOUND");
        Assert.Equal(HttpStatusCode.NoContent, (await admin.SendAsync(HttpMethod.Delete, $"/v1/api-keys/{bob.Key.Id}")).Status);
        await bob.Http.RefusedAsync(HttpMethod.Get, "/v1/me", null, HttpStatusCode.Unauthorized, "AUTH_TOKEN_INVALID");
    }

    [Fact]
    public async Task Keys_are_listed_page_by_page_the_newest_first()
    {
        var acme = await world.NewTenantAsync();
        var bob = await world.NewCallerAsync(acme.Tenant, [Roles.TenantUser], key: k => k.RevokedAt = null);
        foreach (var name in new[] { "a", "b", "c" })
        {
            await bob.Http.PostDataAsync("/v1/api-keys", new { name }, HttpStatusCode.Created);
        }

        var names = new List<string?>();
        for (string? cursor = ""; cursor is not null;)
        {
            var (_, page) = await bob.Http.SendAsync(HttpMethod.Get, $"/v1/api-keys?limit=2&cursor={cursor}");
            names.AddRange(page.At("data.items").EnumerateArray().Select(k => k.Text("name")));
            cursor = page.At("pagination.has_more").GetBoolean() ? page.Text("pagination.next_cursor") : null;
        }

        Assert.Equal(["a", "b", "c", "test"], names.Order());
        Assert.Equal(4, names.Count);
    }

    private HttpClient Client(string secret)
    {
        var http = world.Server.CreateClient();
        http.DefaultRequestHeaders.Authorization = new("Bearer", secret);
        return http;
    }

    private static IEnumerable<string?> Words(JsonElement element, string name) => element.At(name).EnumerateArray().Select(w => w.GetString());

    private async Task<string> GroupAsync(TestTenant tenant)
    {
        var id = $"mg_{Path.GetRandomFileName().Replace(".", "", StringComparison.Ordinal)}";
        await world.Server.WithDbAsync(async db =>
        {
            db.ModelGroups.Add(new() { Id = new(id), Name = id, Scope = Features.Models.ModelGroupScope.Tenant, TenantId = tenant.Tenant.Id, CreatedAt = DateTimeOffset.UnixEpoch });
            return await db.SaveChangesAsync();
        });
        return id;
    }
}
