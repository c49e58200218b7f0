using System.Net;
using ScaiGrid.Server.Access;
using ScaiGrid.Server.Tests.Cores;
using ScaiGrid.Server.Tests.Host;

namespace ScaiGrid.Server.Tests.Accounting;

public sealed class AccountingApiTests(World world)
{
    [Fact]
    public async Task A_call_is_listed_as_soon_as_it_is_answered()
    {
        var acme = await world.NewTenantAsync();
        var admin = await acme.AsAdminAsync();
        var (id, slug) = await admin.PublishedCoreAsync(TestCores.Echo);
        await admin.ChatAsync(slug, "Hello");

        var usage = await admin.GetDataAsync("/v1/accounting/usage");

        var record = Assert.Single(usage.GetProperty("items").EnumerateArray());
        Assert.Equal(slug, record.Text("model"));
        Assert.Equal(id, record.Text("core_id"));
        Assert.Equal("completed", record.Text("outcome"));
        Assert.Equal("0", record.Text("cost"));
    }

    [Fact]
    public async Task Others_calls_are_shown_to_those_who_may_see_the_tenants_usage()
    {
        var acme = await world.NewTenantAsync();
        var admin = await world.NewCallerAsync(acme.Tenant, [Roles.TenantAdmin]);
        var user = await world.NewCallerAsync(acme.Tenant, [Roles.TenantUser]);
        var (_, slug) = await admin.Http.PublishedCoreAsync(TestCores.Echo);
        await user.Http.ChatAsync(slug, "One");
        await admin.Http.ChatAsync(slug, "Two");

        Assert.Equal([user.User.Id.Value], await UsersAsync(user.Http, "/v1/accounting/usage"));
        Assert.Equal([user.User.Id.Value], await UsersAsync(admin.Http, $"/v1/accounting/usage?user_id={user.User.Id}"));
        Assert.Equal(2, (await UsersAsync(admin.Http, "/v1/accounting/usage")).Length);
        await user.Http.RefusedAsync(HttpMethod.Get, $"/v1/accounting/usage?user_id={admin.User.Id}", null, HttpStatusCode.Forbidden, "AUTHZ_PERMISSION_DENIED");
    }

    [Fact]
    public async Task Another_tenant_sees_nothing_of_it()
    {
        var acme = await world.NewTenantAsync();
        var rival = await (await world.NewTenantAsync()).AsAdminAsync();
        var admin = await acme.AsAdminAsync();
        var (_, slug) = await admin.PublishedCoreAsync(TestCores.Echo);
        await admin.ChatAsync(slug, "Hello");

        Assert.Empty((await rival.GetDataAsync("/v1/accounting/usage")).GetProperty("items").EnumerateArray());
        Assert.Empty((await rival.GetDataAsync("/v1/accounting/usage/summary")).EnumerateArray());
    }

    [Fact]
    public async Task A_summary_counts_together_what_belongs_together()
    {
        var acme = await world.NewTenantAsync();
        var admin = await acme.AsAdminAsync();
        var (id, slug) = await admin.PublishedCoreAsync(TestCores.Echo);
        await admin.ChatAsync(slug, "One");
        await admin.ChatAsync(slug, "Two");

        foreach (var (by, key) in new[] { ("model", slug), ("core", id), ("tenant", acme.Tenant.Id.Value) })
        {
            var sum = Assert.Single((await admin.GetDataAsync($"/v1/accounting/usage/summary?group_by={by}")).EnumerateArray());
            Assert.Equal(key, sum.Text("group_key"));
            Assert.Equal(2, sum.GetProperty("request_count").GetInt64());
        }
    }

    [Fact]
    public async Task A_span_of_time_leaves_out_what_is_outside()
    {
        var acme = await world.NewTenantAsync();
        var admin = await acme.AsAdminAsync();
        var (_, slug) = await admin.PublishedCoreAsync(TestCores.Echo);
        await admin.ChatAsync(slug, "Hello");

        Assert.Single((await admin.GetDataAsync("/v1/accounting/usage?start=2020-01-01T00:00:00Z")).GetProperty("items").EnumerateArray());
        Assert.Empty((await admin.GetDataAsync("/v1/accounting/usage?end=2020-01-01T00:00:00Z")).GetProperty("items").EnumerateArray());
        Assert.Single((await admin.GetDataAsync("/v1/accounting/usage?start=0001-01-01T00:00:00Z&end=9999-12-31T23:59:59Z")).GetProperty("items").EnumerateArray());
    }

    [Fact]
    public async Task Every_fault_of_the_query_is_named()
    {
        var admin = await (await world.NewTenantAsync()).AsAdminAsync();

        var error = await admin.RefusedAsync(HttpMethod.Get, "/v1/accounting/usage?start=soon&end=late", null, HttpStatusCode.BadRequest, "VALIDATION_ERROR");

        Assert.Equal(["start", "end"], error.GetProperty("details").EnumerateArray().Select(d => d.Text("field")));
    }

    private static async Task<string[]> UsersAsync(HttpClient http, string path) =>
        [.. (await http.GetDataAsync(path)).GetProperty("items").EnumerateArray().Select(u => u.Text("user_id")!)];
}
