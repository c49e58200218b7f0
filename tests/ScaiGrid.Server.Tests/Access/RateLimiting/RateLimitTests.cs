using System.Net;
using Microsoft.EntityFrameworkCore;
using ScaiGrid.Server.Access;
using ScaiGrid.Server.Tests.Host;

namespace ScaiGrid.Server.Tests.Access.RateLimiting;

public sealed class RateLimitTests(World world)
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Every_answer_of_a_signed_in_request_tells_what_is_left_and_429_when_to_come_back()
    {
        var acme = await world.NewTenantAsync();
        var caller = await world.NewCallerAsync(acme.Tenant, [Roles.TenantViewer], key: k => k.RateLimit = 2);

        using var first = await caller.Http.GetAsync(new Uri("/v1/me", UriKind.Relative), Cancel);
        Assert.Equal(("2", "1"), (Header(first, "X-Scaigrid-Ratelimit-Limit"), Header(first, "X-Scaigrid-Ratelimit-Remaining")));
        using var forbidden = await caller.Http.GetAsync(new Uri("/v1/api-keys", UriKind.Relative), Cancel);
        Assert.Equal((HttpStatusCode.Forbidden, "0"), (forbidden.StatusCode, Header(forbidden, "X-Scaigrid-Ratelimit-Remaining")));
        using var refused = await caller.Http.GetAsync(new Uri("/v1/me", UriKind.Relative), Cancel);

        Assert.Equal(HttpStatusCode.TooManyRequests, refused.StatusCode);
        Assert.Equal(Header(refused, "X-Scaigrid-Ratelimit-Reset"), Header(refused, "Retry-After"));
        Assert.InRange(int.Parse(Header(refused, "Retry-After"), System.Globalization.CultureInfo.InvariantCulture), 1, 60);
        Assert.Contains("RATE_LIMITED", await refused.Content.ReadAsStringAsync(Cancel), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("user")]
    [InlineData("tenant")]
    [InlineData("partner")]
    public async Task Each_level_limits_what_is_below_it(string level)
    {
        var acme = await world.NewTenantAsync();
        await world.Server.WithDbAsync(async db =>
        {
            (await db.Tenants.SingleAsync(t => t.Id == acme.Tenant.Id)).RateLimit = level == "tenant" ? 1 : null;
            (await db.Partners.SingleAsync(p => p.Id == acme.Partner.Id)).RateLimit = level == "partner" ? 1 : null;
            return await db.SaveChangesAsync();
        });
        var one = await world.NewCallerAsync(acme.Tenant, [Roles.TenantUser], user: u => u.RateLimit = level == "user" ? 1 : null);
        var other = await world.NewCallerAsync(acme.Tenant, [Roles.TenantUser]);
        await one.Http.GetDataAsync("/v1/me");

        await one.Http.RefusedAsync(HttpMethod.Get, "/v1/me", null, HttpStatusCode.TooManyRequests, "RATE_LIMITED");
        var (status, _) = await other.Http.SendAsync(HttpMethod.Get, "/v1/me");
        Assert.Equal(level == "user" ? HttpStatusCode.OK : HttpStatusCode.TooManyRequests, status);
    }

    [Fact]
    public async Task A_request_refused_for_its_rate_is_not_audited()
    {
        var acme = await world.NewTenantAsync();
        var caller = await world.NewCallerAsync(acme.Tenant, [Roles.TenantUser], key: k => k.RateLimit = 1);
        await caller.Http.GetDataAsync("/v1/me");
        await caller.Http.RefusedAsync(HttpMethod.Delete, "/v1/api-keys/key_x", null, HttpStatusCode.TooManyRequests, "RATE_LIMITED");

        Assert.Equal(0, await world.Server.WithDbAsync(db => db.AuditLog.CountAsync(l => l.Stream == acme.Tenant.Id.Value)));
    }

    [Fact]
    public async Task Anonymous_requests_and_failed_sign_ins_are_limited_by_address()
    {
        using var server = new TestServer(new() { ["RateLimits:PerAddress"] = "2" });
        using var http = server.CreateClient();
        for (var i = 0; i < 2; i++)
        {
            Assert.Equal(HttpStatusCode.OK, (await http.SendAsync(HttpMethod.Get, "/health/live")).Status);
            await http.RefusedAsync(HttpMethod.Get, "/v1/me", null, HttpStatusCode.Unauthorized, "AUTH_TOKEN_MISSING");
        }

        await http.RefusedAsync(HttpMethod.Get, "/health/live", null, HttpStatusCode.TooManyRequests, "RATE_LIMITED");
        await http.RefusedAsync(HttpMethod.Get, "/v1/me", null, HttpStatusCode.TooManyRequests, "RATE_LIMITED");
    }

    [Fact]
    public async Task What_has_no_number_of_its_own_has_the_servers_and_0_is_unlimited()
    {
        using var server = new TestServer(new() { ["RateLimits:PerKey"] = "7" });
        await using var other = new World(server);
        var acme = await other.NewTenantAsync();
        using var limited = await (await other.NewCallerAsync(acme.Tenant, [Roles.TenantUser])).Http.GetAsync(new Uri("/v1/me", UriKind.Relative), Cancel);
        using var free = await (await other.NewCallerAsync(acme.Tenant, [Roles.TenantUser], key: k => k.RateLimit = 0)).Http.GetAsync(new Uri("/v1/me", UriKind.Relative), Cancel);

        Assert.Equal("7", Header(limited, "X-Scaigrid-Ratelimit-Limit"));
        Assert.False(free.Headers.Contains("X-Scaigrid-Ratelimit-Limit"));
    }

    private static string Header(HttpResponseMessage response, string name) => Assert.Single(response.Headers.GetValues(name));
}
