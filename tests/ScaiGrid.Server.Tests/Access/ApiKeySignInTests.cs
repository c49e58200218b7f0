using System.Net;
using Microsoft.EntityFrameworkCore;
using ScaiGrid.Server.Access;
using ScaiGrid.Server.Features.Tenancy;
using ScaiGrid.Server.Tests.Host;

namespace ScaiGrid.Server.Tests.Access;

public sealed class ApiKeySignInTests(World world)
{
    [Theory]
    [InlineData("sgk_")]
    [InlineData("sgk_aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa")]
    [InlineData("sgk_aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa")]
    [InlineData("sgk_!aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaA")]
    [InlineData("sgk_aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaA")]
    public async Task A_key_that_is_malformed_or_unknown_is_refused(string secret)
    {
        using var http = world.Server.CreateClient();
        http.DefaultRequestHeaders.TryAddWithoutValidation("Authorization", $"Bearer {secret}");
        await http.RefusedAsync(HttpMethod.Get, "/v1/me", null, HttpStatusCode.Unauthorized, "AUTH_TOKEN_INVALID");
    }

    [Theory]
    [InlineData(null)]
    [InlineData("Basic YTpi")]
    [InlineData("sgk_aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaA")]
    public async Task Without_a_bearer_token_nobody_signs_in(string? header)
    {
        using var http = world.Server.CreateClient();
        if (header is not null)
        {
            http.DefaultRequestHeaders.TryAddWithoutValidation("Authorization", header);
        }

        await http.RefusedAsync(HttpMethod.Get, "/v1/me", null, HttpStatusCode.Unauthorized, "AUTH_TOKEN_MISSING");
    }

    [Theory]
    [InlineData("revoked")]
    [InlineData("expired")]
    [InlineData("suspended user")]
    [InlineData("suspended tenant")]
    [InlineData("user without tenant or platform")]
    public async Task A_key_stops_at_once(string reason)
    {
        var acme = await world.NewTenantAsync();
        var caller = await world.NewCallerAsync(acme.Tenant, [Roles.TenantUser]);
        await caller.Http.GetDataAsync("/v1/me");
        await world.Server.WithDbAsync(async db =>
        {
            var key = await db.ApiKeys.SingleAsync(k => k.Id == caller.Key.Id);
            var user = await db.Users.SingleAsync(u => u.Id == caller.User.Id);
            switch (reason)
            {
                case "revoked":
                    key.RevokedAt = DateTimeOffset.UnixEpoch;
                    break;
                case "expired":
                    key.ExpiresAt = DateTimeOffset.UnixEpoch;
                    break;
                case "suspended user":
                    user.Status = UserStatus.Suspended;
                    break;
                case "suspended tenant":
                    (await db.Tenants.SingleAsync(t => t.Id == acme.Tenant.Id)).Status = TenantStatus.Suspended;
                    break;
                default:
                    user.TenantId = null;
                    break;
            }

            return await db.SaveChangesAsync();
        });

        await caller.Http.RefusedAsync(HttpMethod.Get, "/v1/me", null, HttpStatusCode.Unauthorized, "AUTH_TOKEN_INVALID");
    }

    [Fact]
    public async Task A_narrowed_key_may_only_what_it_was_narrowed_to()
    {
        var acme = await world.NewTenantAsync();
        var caller = await world.NewCallerAsync(acme.Tenant, [Roles.TenantUser], key: k => (k.Permissions, k.ModelGroups) = ([Permissions.ModelsList, Permissions.RoutingManage], ["mg_x"]));

        var me = await caller.Http.GetDataAsync("/v1/me");
        Assert.Equal(["models:list"], me.At("permissions").EnumerateArray().Select(p => p.GetString()));
        Assert.Equal("mg_x", me.At("api_key.model_groups")[0].GetString());
        await caller.Http.RefusedAsync(HttpMethod.Get, "/v1/api-keys", null, HttpStatusCode.Forbidden, "AUTHZ_PERMISSION_DENIED");
    }

    [Fact]
    public async Task A_super_admin_acts_on_the_platform_or_in_the_tenant_named_by_id_or_slug()
    {
        var acme = await world.NewTenantAsync();
        var root = await world.NewCallerAsync(null, [Roles.SuperAdmin]);

        Assert.Equal(System.Text.Json.JsonValueKind.Null, (await root.Http.GetDataAsync("/v1/me")).At("tenant").ValueKind);
        Assert.Equal(acme.Tenant.Id.Value, await TenantOfAsync(root, acme.Tenant.Id.Value));
        Assert.Equal(acme.Tenant.Id.Value, await TenantOfAsync(root, acme.Tenant.Slug.Value));
        Assert.Null(await TenantOfAsync(root, "tnt_nowhere"));
        Assert.Null(await TenantOfAsync(root, "not a tenant!"));
    }

    [Fact]
    public async Task A_partner_admin_reaches_the_partners_tenants_and_others_only_their_own()
    {
        var acme = await world.NewTenantAsync();
        var sister = await world.NewTenantAsync(acme.Partner);
        var stranger = await world.NewTenantAsync();
        var partnerAdmin = await world.NewCallerAsync(acme.Tenant, [Roles.PartnerAdmin]);
        var tenantAdmin = await world.NewCallerAsync(acme.Tenant, [Roles.TenantAdmin]);

        Assert.Equal(sister.Tenant.Id.Value, await TenantOfAsync(partnerAdmin, sister.Tenant.Id.Value));
        Assert.Null(await TenantOfAsync(partnerAdmin, stranger.Tenant.Id.Value));
        Assert.Equal(acme.Tenant.Id.Value, await TenantOfAsync(tenantAdmin, acme.Tenant.Slug.Value));
        Assert.Null(await TenantOfAsync(tenantAdmin, sister.Tenant.Id.Value));
        Assert.Null(await TenantOfAsync(tenantAdmin, $"{acme.Tenant.Id},{sister.Tenant.Id}"));
    }

    /// <returns>Null when it is refused as unknown.</returns>
    private static async Task<string?> TenantOfAsync(TestCaller caller, string named)
    {
        caller.Http.DefaultRequestHeaders.Remove("X-Tenant-Id");
        caller.Http.DefaultRequestHeaders.TryAddWithoutValidation("X-Tenant-Id", named);
        var (status, body) = await caller.Http.SendAsync(HttpMethod.Get, "/v1/me");
        if (status == HttpStatusCode.OK)
        {
            return body.Text("data.tenant.id");
        }

        Assert.Equal((HttpStatusCode.Forbidden, "TENANT_UNKNOWN"), (status, body.Text("error.code")));
        return null;
    }
}
