using System.Net;
using ScaiGrid.Server.Access;
using ScaiGrid.Server.Tests.Host;
using ScaiGrid.Server.Tests.Models;

namespace ScaiGrid.Server.Tests.Accounting.Budgets;

public sealed class BudgetsApiTests(World world)
{
    private const string Path = "/v1/accounting/budgets";

    [Fact]
    public async Task A_budget_is_created_read_changed_listed_and_deleted()
    {
        var tenant = await world.NewTenantAsync();
        var admin = await tenant.AsAdminAsync();

        var made = await admin.PostDataAsync(Path, new { name = " Spring ", cost_limit = "12.50", hard_action = "notify" }, HttpStatusCode.Created);

        Assert.Equal(("Spring", "tenant", tenant.Tenant.Id.Value, "monthly", "12.5", "notify"), (made.Text("name"), made.Text("scope"), made.Text("scope_id"), made.Text("period"), made.Text("cost_limit"), made.Text("hard_action")));
        Assert.Equal((0.8m, "0", "open"), (made.GetProperty("soft_limit_pct").GetDecimal(), made.Text("usage.cost"), made.Text("usage.state")));
        var path = $"{Path}/{made.Text("id")}";
        var changed = await admin.DataAsync(HttpMethod.Put, path, new { token_limit = 500, cost_limit = "", soft_limit_pct = 0.5 });
        Assert.Equal((null, 500), (changed.Text("cost_limit"), changed.GetProperty("token_limit").GetInt32()));
        Assert.Equal("Spring", (await admin.GetDataAsync(path)).Text("name"));
        Assert.Single((await admin.GetDataAsync(Path)).GetProperty("items").EnumerateArray());
        Assert.Equal(HttpStatusCode.NoContent, (await admin.SendAsync(HttpMethod.Delete, path)).Status);
        await admin.RefusedAsync("GET", path, null, HttpStatusCode.NotFound, "BUDGET_NOT_FOUND");
        var audited = (await admin.GetDataAsync("/v1/audit-log?resource_type=budget")).GetProperty("items").EnumerateArray().Select(e => e.Text("action"));
        Assert.Equal(["budget.delete", "budget.update", "budget.create"], audited);
    }

    [Theory]
    [InlineData("{}", "name")]
    [InlineData("""{"name":"x"}""", "cost_limit")]
    [InlineData("""{"name":" ","cost_limit":"-1","token_limit":0,"request_limit":-5,"soft_limit_pct":1.5}""", "cost_limit,name,request_limit,soft_limit_pct,token_limit")]
    [InlineData("""{"name":"x","cost_limit":"1,5"}""", "cost_limit")]
    [InlineData("""{"name":"x","cost_limit":"0.00000000001"}""", "cost_limit")]
    [InlineData("""{"name":"x","request_limit":1,"scope":"user"}""", "scope_id")]
    [InlineData("""{"name":"x","request_limit":1,"scope":"galaxy","period":"hourly","hard_action":"shout"}""", "hard_action,period,scope")]
    public async Task Every_fault_is_told_at_once(string body, string fields)
    {
        var admin = await (await world.NewTenantAsync()).AsAdminAsync();

        var error = await admin.RefusedAsync("POST", Path, System.Text.Json.JsonElement.Parse(body), HttpStatusCode.BadRequest, "VALIDATION_ERROR");

        Assert.Equal(fields, string.Join(',', error.Fields()));
    }

    [Fact]
    public async Task A_limit_that_is_the_last_one_cannot_be_taken_away()
    {
        var admin = await (await world.NewTenantAsync()).AsAdminAsync();
        var made = await admin.PostDataAsync(Path, new { name = "x", request_limit = 5 }, HttpStatusCode.Created);

        await admin.RefusedAsync("PUT", $"{Path}/{made.Text("id")}", new { request_limit = 0 }, HttpStatusCode.BadRequest, "VALIDATION_ERROR");
    }

    [Fact]
    public async Task Budgets_are_made_and_seen_within_the_reach_of_their_maker()
    {
        var tenant = await world.NewTenantAsync();
        var neighbour = await world.NewTenantAsync(tenant.Partner);
        var stranger = await world.NewTenantAsync();
        var admin = await tenant.AsAdminAsync();
        var partnerAdmin = await tenant.AsAsync(Roles.PartnerAdmin);
        var super = await world.AsSuperAsync();
        var person = await world.NewCallerAsync(neighbour.Tenant, [Roles.TenantUser]);
        object For(string scope, string? id) => new { name = scope, scope, scope_id = id, request_limit = 5 };

        await admin.RefusedAsync("POST", Path, For("partner", null), HttpStatusCode.Forbidden, "AUTHZ_PERMISSION_DENIED");
        await admin.RefusedAsync("POST", Path, For("tenant", neighbour.Tenant.Id.Value), HttpStatusCode.BadRequest, "VALIDATION_ERROR");
        await admin.RefusedAsync("POST", Path, For("user", person.User.Id.Value), HttpStatusCode.BadRequest, "VALIDATION_ERROR");
        await partnerAdmin.RefusedAsync("POST", Path, For("tenant", stranger.Tenant.Id.Value), HttpStatusCode.BadRequest, "VALIDATION_ERROR");
        await partnerAdmin.RefusedAsync("POST", Path, For("partner", stranger.Partner.Id.Value), HttpStatusCode.BadRequest, "VALIDATION_ERROR");
        await super.RefusedAsync("POST", Path, For("tenant", "no-such"), HttpStatusCode.BadRequest, "VALIDATION_ERROR");

        var partners = (await partnerAdmin.PostDataAsync(Path, For("partner", null), HttpStatusCode.Created)).Text("id")!;
        await partnerAdmin.PostDataAsync(Path, For("tenant", neighbour.Tenant.Id.Value), HttpStatusCode.Created);
        var own = (await super.PostDataAsync(Path, For("tenant", tenant.Tenant.Id.Value), HttpStatusCode.Created)).Text("id")!;

        Assert.Equal([own], await IdsAsync(admin));
        Assert.Equal([own, partners], (await IdsAsync(partnerAdmin)).Order(StringComparer.Ordinal).Reverse());
        Assert.Empty(await IdsAsync(await stranger.AsAdminAsync()));
        foreach (var (method, body) in ((string, object?)[])[("GET", null), ("PUT", new { name = "y" }), ("DELETE", null)])
        {
            await admin.RefusedAsync(method, $"{Path}/{partners}", body, HttpStatusCode.NotFound, "BUDGET_NOT_FOUND");
        }

        var user = await tenant.AsAsync(Roles.TenantUser);
        await user.RefusedAsync("GET", Path, null, HttpStatusCode.Forbidden, "AUTHZ_PERMISSION_DENIED");
    }

    private static async Task<string[]> IdsAsync(HttpClient http) => [.. (await http.GetDataAsync($"{Path}?limit=1000")).GetProperty("items").EnumerateArray().Select(b => b.Text("id")!)];
}
