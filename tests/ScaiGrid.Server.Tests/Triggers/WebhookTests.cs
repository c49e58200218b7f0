using System.Globalization;
using System.Net;
using System.Text;
using System.Text.Json;
using ScaiGrid.Server.Features.Tenancy;
using ScaiGrid.Server.Tests.Cores;
using ScaiGrid.Server.Tests.Host;
using ScaiGrid.Server.Tests.Runs;

namespace ScaiGrid.Server.Tests.Triggers;

public sealed class WebhookTests(World world)
{
    private const string Orders = """
        core:
          name: Order Desk
          flows:
            - name: orders
              trigger: { type: webhook, method: POST, path: /orders/new, auth: { scheme: hmac_sha256, secret_env: HOOK_SECRET, header: X-Signature } }
              steps: [{ id: s, rigid: "{{input.body.order}} {{input.query.shop}} {{input.headers['x-event']}} {{input.headers['x-signature']}} {{input.method}} {{input.path}}" }]
            - name: open
              trigger: { type: webhook, method: GET, path: / }
              steps: [{ id: s, rigid: "open {{input.query.q}}" }]
        """;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_signed_call_starts_a_run_as_the_Core_itself()
    {
        var (admin, id) = await OrdersAsync();

        var (status, answer) = await CallAsync($"{id}/webhook/orders/new?shop=9", """{"order": 7}""", extra: ("X-Event", "made"));

        Assert.True(status == HttpStatusCode.Accepted, answer.ToString());
        var run = await admin.CompletedAsync(await admin.GetDataAsync($"{TestCores.Base}/runs/{answer.Text("data.run_id")}"));
        Assert.Equal(("7 9 made  POST /orders/new", "webhook", "orders", id), (run.Text("output"), run.Text("trigger"), run.Text("flow_name"), run.Text("started_by")));
    }

    [Fact]
    public async Task The_same_signature_starts_one_run_however_often_and_on_whichever_replica()
    {
        var (admin, id) = await OrdersAsync();
        await using var other = world.Server.AnotherReplica();
        using var there = other.CreateClient();

        var now = DateTimeOffset.UtcNow.ToUnixTimeSeconds();
        var answers = await Task.WhenAll(Enumerable.Range(0, 8).Select(i => CallAsync($"{id}/webhook/orders/new", "{}", http: i % 2 == 0 ? there : null, at: now)));

        Assert.All(answers, a => Assert.Equal(HttpStatusCode.Accepted, a.Status));
        var run = Assert.Single(answers.Select(a => a.Body.Text("data.run_id")).Distinct());
        Assert.Equal(run, Assert.Single((await admin.GetDataAsync($"{TestCores.Base}/cores/{id}/runs")).At("items").EnumerateArray()).Text("id"));
    }

    [Theory]
    [InlineData("orders/new", "wrong", 0)]
    [InlineData("orders/old", "s3cret", 0)]
    [InlineData("orders/new/", "", 0)]
    [InlineData("", "s3cret", 0)] // another method
    public async Task Whatever_is_wrong_a_stranger_is_told_the_same(string path, string secret, int age)
    {
        var (_, id) = await OrdersAsync();

        var (status, answer) = await CallAsync($"{id}/webhook/{path}", "{}", secret, age);
        var (otherStatus, other) = await CallAsync($"core_0000000000000000000000000/webhook/{path}", "{}", secret, age);

        Assert.Equal((HttpStatusCode.Unauthorized, "WEBHOOK_REFUSED"), (status, answer.Text("error.code")));
        Assert.Equal((otherStatus, other.Text("error.message")), (status, answer.Text("error.message")));
    }

    [Theory]
    [InlineData(290, HttpStatusCode.Accepted)]
    [InlineData(-290, HttpStatusCode.Accepted)]
    [InlineData(400, HttpStatusCode.Unauthorized)]
    [InlineData(-400, HttpStatusCode.Unauthorized)]
    public async Task A_signature_is_good_for_five_minutes(int age, HttpStatusCode expected)
    {
        var (_, id) = await OrdersAsync();

        var (status, answer) = await CallAsync($"{id}/webhook/orders/new", "{}", age: age);

        Assert.Equal(expected, status);
        Assert.True(status == HttpStatusCode.Accepted || answer.Text("error.message")!.Contains("5 minutes", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_Core_without_the_secret_refuses_every_call_and_the_list_of_triggers_says_why()
    {
        var admin = await (await world.NewTenantAsync()).AsAdminAsync();
        var id = await admin.StartedCoreAsync(Orders);

        Assert.Equal(HttpStatusCode.Unauthorized, (await CallAsync($"{id}/webhook/orders/new", "{}", "")).Status);
        var triggers = (await admin.GetDataAsync($"{TestCores.Base}/cores/{id}/triggers")).At("items").EnumerateArray().ToList();

        Assert.Equal(("webhook", "orders", "POST", $"{TestCores.Base}/cores/{id}/webhook/orders/new", "X-Signature"),
            (triggers[0].Text("type"), triggers[0].Text("flow_name"), triggers[0].Text("method"), triggers[0].Text("url"), triggers[0].Text("auth.header")));
        Assert.Contains("HOOK_SECRET", triggers[0].Text("problem"), StringComparison.Ordinal);
        Assert.Equal((JsonValueKind.Null, JsonValueKind.Null), (triggers[1].At("auth").ValueKind, triggers[1].At("problem").ValueKind));
    }

    [Fact]
    public async Task A_trigger_that_asks_for_no_proof_takes_any_call()
    {
        var (admin, id) = await OrdersAsync();
        using var http = world.Server.CreateClient();

        var started = await http.DataAsync(HttpMethod.Get, $"{TestCores.Base}/cores/{id}/webhook?q=1", null, HttpStatusCode.Accepted);
        var again = await http.DataAsync(HttpMethod.Get, $"{TestCores.Base}/cores/{id}/webhook/?q=1", null, HttpStatusCode.Accepted);

        Assert.NotEqual(started.Text("run_id"), again.Text("run_id"));
        Assert.Equal("open 1", (await admin.CompletedAsync(await admin.GetDataAsync($"{TestCores.Base}/runs/{started.Text("run_id")}"))).Text("output"));
    }

    [Theory]
    [InlineData("application/json", "{", "body")]
    [InlineData("application/json", """{"a":1,"a":2}""", "body")]
    public async Task A_body_that_cannot_be_read_is_refused_by_name(string type, string body, string field)
    {
        var (_, id) = await OrdersAsync();

        var (status, answer) = await CallAsync($"{id}/webhook/orders/new", body, type: type);

        Assert.Equal((HttpStatusCode.BadRequest, field), (status, answer.At("error.details")[0].Text("field")));
    }

    [Theory]
    [InlineData("text/plain", "hello", "hello")]
    [InlineData("application/x-www-form-urlencoded", "a=1&b=x%20y", """{"a":"1","b":"x y"}""")]
    [InlineData("application/cloudevents+json", "[1]", "[1]")]
    [InlineData("application/json", "", "null")]
    public async Task A_body_is_read_by_its_type(string type, string body, string read)
    {
        var (admin, id) = await OrdersAsync();

        var (_, answer) = await CallAsync($"{id}/webhook/orders/new", body, type: type);

        var input = (await admin.GetDataAsync($"{TestCores.Base}/runs/{answer.Text("data.run_id")}")).At("input.body");
        Assert.Equal(read, input.ValueKind == JsonValueKind.String ? input.GetString() : input.GetRawText());
    }

    [Fact]
    public async Task A_body_that_is_too_large_is_refused_whoever_sends_it()
    {
        var (_, id) = await OrdersAsync();

        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, (await CallAsync($"{id}/webhook/orders/new", new string('x', (1 << 20) + 1), type: "text/plain")).Status);
    }

    [Fact]
    public async Task A_Core_that_stands_still_says_so_to_who_has_the_secret()
    {
        var (admin, id) = await OrdersAsync();
        await admin.PostDataAsync($"{TestCores.Base}/cores/{id}/stop");

        var (status, answer) = await CallAsync($"{id}/webhook/orders/new", "{}");

        Assert.Equal((HttpStatusCode.Conflict, "CORE_NOT_RUNNING"), (status, answer.Text("error.code")));
    }

    [Fact]
    public async Task The_webhooks_of_a_suspended_tenant_are_gone()
    {
        var acme = await world.NewTenantAsync();
        var id = await SecretAsync(await acme.AsAdminAsync());
        await world.Server.WithDbAsync(async db =>
        {
            (await db.Tenants.FindAsync([acme.Tenant.Id], Cancel))!.Status = TenantStatus.Suspended;
            return await db.SaveChangesAsync(Cancel);
        });

        Assert.Equal(HttpStatusCode.Unauthorized, (await CallAsync($"{id}/webhook/orders/new", "{}")).Status);
        Assert.Equal(HttpStatusCode.Unauthorized, (await CallAsync($"{id}/webhook", "{}")).Status);
    }

    [Fact]
    public async Task An_entity_is_told_by_the_body()
    {
        var admin = await (await world.NewTenantAsync()).AsAdminAsync();
        var id = await admin.StartedCoreAsync("""
            core:
              name: Ticket Desk
              mode: entity
              entity_key: ticket
              flows: [{ name: tickets, trigger: { type: webhook }, steps: [{ id: s, rigid: "x" }] }]
            """);

        var (_, started) = await CallAsync($"{id}/webhook", """{"ticket": "t-1"}""");
        var (status, _) = await CallAsync($"{id}/webhook", "{}");

        Assert.Equal("t-1", (await admin.GetDataAsync($"{TestCores.Base}/runs/{started.Text("data.run_id")}")).Text("instance_key"));
        Assert.Equal(HttpStatusCode.BadRequest, status);
    }

    [Fact]
    public async Task Calls_that_prove_themselves_count_for_the_tenant()
    {
        await using var limited = new World(new TestServer(new() { ["RateLimits:PerAddress"] = "1000" }));
        var acme = await limited.NewTenantAsync();
        var id = await SecretAsync(await acme.AsAdminAsync());
        await limited.Server.WithDbAsync(async db =>
        {
            (await db.Tenants.FindAsync([acme.Tenant.Id], Cancel))!.RateLimit = 2;
            return await db.SaveChangesAsync(Cancel);
        });
        using var http = limited.Server.CreateClient();

        var statuses = new List<HttpStatusCode>();
        for (var i = 0; i < 3; i++)
        {
            statuses.Add((await CallAsync($"{id}/webhook/orders/new", $"[{i}]", http: http)).Status);
        }

        Assert.Equal([HttpStatusCode.Accepted, HttpStatusCode.Accepted, HttpStatusCode.TooManyRequests], statuses);
    }

    [Fact]
    public async Task Calls_that_need_no_proof_count_for_their_Core_and_not_for_its_tenant()
    {
        await using var limited = new World(new TestServer(new() { ["RateLimits:PerOpenCore"] = "2" }));
        var acme = await limited.NewTenantAsync();
        var id = await SecretAsync(await acme.AsAdminAsync());
        await limited.Server.WithDbAsync(async db =>
        {
            (await db.Tenants.FindAsync([acme.Tenant.Id], Cancel))!.RateLimit = 1;
            return await db.SaveChangesAsync(Cancel);
        });
        using var http = limited.Server.CreateClient();

        var statuses = new List<HttpStatusCode>();
        for (var i = 0; i < 3; i++)
        {
            using var response = await http.GetAsync(new Uri($"{TestCores.Base}/cores/{id}/webhook", UriKind.Relative), Cancel);
            statuses.Add(response.StatusCode);
            Assert.DoesNotContain(response.Headers, h => h.Key.StartsWith("X-Scaigrid-Ratelimit", StringComparison.OrdinalIgnoreCase));
        }

        Assert.Equal([HttpStatusCode.Accepted, HttpStatusCode.Accepted, HttpStatusCode.TooManyRequests], statuses);
        Assert.Equal(HttpStatusCode.Accepted, (await CallAsync($"{id}/webhook/orders/new", "{}", http: http)).Status); // the tenant's own is untouched
    }

    [Fact]
    public async Task A_delivery_that_is_repeated_after_the_Core_was_paused_is_answered_with_its_run()
    {
        var (admin, id) = await OrdersAsync();
        var now = DateTimeOffset.UtcNow.ToUnixTimeSeconds();
        var (_, first) = await CallAsync($"{id}/webhook/orders/new", "{}", at: now);
        await admin.PostDataAsync($"{TestCores.Base}/cores/{id}/pause");

        var (status, again) = await CallAsync($"{id}/webhook/orders/new", "{}", at: now);

        Assert.Equal((HttpStatusCode.Accepted, first.Text("data.run_id")), (status, again.Text("data.run_id")));
        Assert.Equal(HttpStatusCode.Conflict, (await CallAsync($"{id}/webhook/orders/new", "[]", at: now)).Status);
    }

    private async Task<(HttpClient Admin, string Id)> OrdersAsync()
    {
        var admin = await (await world.NewTenantAsync()).AsAdminAsync();
        return (admin, await SecretAsync(admin));
    }

    private static async Task<string> SecretAsync(HttpClient admin)
    {
        var id = await admin.StartedCoreAsync(Orders);
        await admin.DataAsync(HttpMethod.Put, $"{TestCores.Base}/cores/{id}", new { environment = new Dictionary<string, object> { ["HOOK_SECRET"] = new { type = "secret", value = "s3cret" } } });
        return id;
    }

    private async Task<(HttpStatusCode Status, JsonElement Body)> CallAsync(
        string path, string body, string secret = "s3cret", int age = 0, string type = "application/json", (string Name, string Value)? extra = null, HttpClient? http = null, long? at = null)
    {
        var time = (at ?? DateTimeOffset.UtcNow.ToUnixTimeSeconds()) - age;
        using var own = world.Server.CreateClient();
        using var request = new HttpRequestMessage(HttpMethod.Post, $"{TestCores.Base}/cores/{path}") { Content = new StringContent(body, Encoding.UTF8, type) };
        request.Headers.Add("X-Signature", string.Create(CultureInfo.InvariantCulture, $"t={time},v1={WebhookSignatureTests.Sign(secret, time, Encoding.UTF8.GetBytes(body))}"));
        if (extra is var (name, value))
        {
            request.Headers.Add(name, value);
        }

        using var response = await (http ?? own).SendAsync(request, Cancel);
        return (response.StatusCode, JsonElement.Parse(await response.Content.ReadAsStringAsync(Cancel)));
    }
}
