using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using ScaiGrid.Server.Access;
using ScaiGrid.Server.Features.Accounting.Budgets;
using ScaiGrid.Server.Features.Webhooks;
using ScaiGrid.Server.Tests.Cores;
using ScaiGrid.Server.Tests.Host;
using ScaiGrid.Server.Tests.Models;
using ScaiGrid.Server.Tests.Runs.Effects;

namespace ScaiGrid.Server.Tests.Webhooks;

/// <summary>Webhooks over HTTP, to a receiver on loopback.</summary>
public sealed class WebhooksApiTests(OutsideWorld outside) : IClassFixture<OutsideWorld>
{
    private const string Path = "/v1/webhooks", Secret = "a-secret-of-our-own";

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private World World => outside.World;

    [Fact]
    public async Task A_webhook_is_created_read_changed_listed_and_deleted_and_its_secret_is_shown_once()
    {
        var admin = await outside.AdminAsync();

        var made = await admin.PostDataAsync(Path, new { url = "https://hooks.example/x", events = (string[])["budget.*"] }, HttpStatusCode.Created);
        var (id, secret) = (made.Text("webhook.id"), made.Text("secret")!);

        Assert.StartsWith("whsec_", secret, StringComparison.Ordinal);
        Assert.Equal(("active", 5), (made.Text("webhook.status"), made.At("webhook.max_retries").GetInt32()));
        var changed = await admin.DataAsync(HttpMethod.Put, $"{Path}/{id}", new { status = "inactive", events = (string[])["*"], max_retries = 0, secret = Secret });
        Assert.Equal(("inactive", "*"), (changed.Text("status"), changed.GetProperty("events")[0].GetString()));
        var read = await admin.GetDataAsync($"{Path}/{id}");
        var list = await admin.GetDataAsync(Path);
        Assert.DoesNotContain(secret, $"{read}{list}", StringComparison.Ordinal);
        Assert.Equal(id, Assert.Single(list.GetProperty("items").EnumerateArray()).Text("id"));
        Assert.DoesNotContain(Secret, (await World.Server.WithDbAsync(db => Task.FromResult(db.Webhooks.Single(w => w.Id == new ScaiGrid.Server.Kernel.Id<Webhook>(id!)).SealedSecret))), StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.NoContent, (await admin.SendAsync(HttpMethod.Delete, $"{Path}/{id}")).Status);
        await admin.RefusedAsync("GET", $"{Path}/{id}", null, HttpStatusCode.NotFound, "WEBHOOK_NOT_FOUND");
        Assert.Equal(["webhook.delete", "webhook.update", "webhook.create"], (await admin.GetDataAsync("/v1/audit-log?resource_type=webhook&status=SUCCESS")).GetProperty("items").EnumerateArray().Select(e => e.Text("action")));
    }

    [Fact]
    public async Task Every_fault_is_told_at_once_and_only_admins_have_webhooks()
    {
        var tenant = await World.NewTenantAsync();
        var error = await (await tenant.AsAdminAsync()).RefusedAsync("POST", Path, new { url = "http://10.0.0.1", events = (string[])["everything"], secret = "short", max_retries = 99 }, HttpStatusCode.BadRequest, "VALIDATION_ERROR");

        Assert.Equal(["events[0]", "max_retries", "secret", "url"], error.Fields());
        await (await tenant.AsAsync(Roles.TenantUser)).RefusedAsync("GET", Path, null, HttpStatusCode.Forbidden, "AUTHZ_PERMISSION_DENIED");
        await (await World.AsSuperAsync()).RefusedAsync("POST", Path, new { url = "https://x.example", events = (string[])["*"] }, HttpStatusCode.BadRequest, "TENANT_REQUIRED");
    }

    [Fact]
    public async Task Webhooks_of_others_are_not_there()
    {
        var admin = await outside.AdminAsync();
        var stranger = await outside.AdminAsync();
        var id = await NewAsync(admin, "/mine", "*");

        foreach (var (method, path, body) in ((string, string, object?)[])[("GET", "", null), ("PUT", "", new { status = "inactive" }), ("DELETE", "", null), ("POST", "/test", null), ("GET", "/deliveries", null)])
        {
            await stranger.RefusedAsync(method, $"{Path}/{id}{path}", body, HttpStatusCode.NotFound, "WEBHOOK_NOT_FOUND");
        }

        Assert.Empty((await stranger.GetDataAsync(Path)).GetProperty("items").EnumerateArray());
    }

    [Fact]
    public async Task A_test_is_signed_sent_at_once_and_on_record()
    {
        var admin = await outside.AdminAsync();
        var id = await NewAsync(admin, "/tested", "budget.*");

        var told = await admin.PostDataAsync($"{Path}/{id}/test");

        Assert.Equal((200, null), (told.GetProperty("status_code").GetInt32(), told.Text("error")));
        var seen = outside.Witness.Seen.Single(s => s.Url == "/tested");
        Assert.Equal(WebhookSender.SignatureOf(Secret, Encoding.UTF8.GetBytes(seen.Body)), seen.Headers["x-scaigrid-signature"]);
        Assert.Equal(("webhook.test", told.Text("delivery_id")), (seen.Json.Text("event_type"), seen.Headers["x-scaigrid-delivery"]));
        Assert.Equal("success", Assert.Single((await admin.GetDataAsync($"{Path}/{id}/deliveries")).GetProperty("items").EnumerateArray()).Text("status"));
    }

    [Fact]
    public async Task Publishing_and_unpublishing_a_model_are_told_to_those_of_the_tenant_who_asked()
    {
        var admin = await outside.AdminAsync();
        var id = await NewAsync(admin, "/models", "model.*");
        var others = await NewAsync(await outside.AdminAsync(), "/others", "*");

        var (core, slug) = await admin.PublishedCoreAsync(TestCores.Echo);
        await admin.PostDataAsync($"{TestCores.Base}/cores/{core}/unpublish");
        var told = await ToldAsync("/models", 2);

        Assert.Equal(["model.published", "model.unpublished"], told.Select(t => t.Text("event_type")).Order());
        Assert.All(told, t => Assert.Equal((slug, core, "scaigrid"), (t.Text("payload.slug"), t.Text("payload.core_id"), t.Text("source"))));
        Assert.Equal(2, told.Select(t => t.Text("event_id")).Distinct().Count());
        Assert.DoesNotContain(outside.Witness.Seen, s => s.Url == "/others");
        await Eventually.BecomesAsync(async () => (await admin.GetDataAsync($"{Path}/{id}/deliveries?status=success")).GetProperty("items").GetArrayLength(), count => count == 2);
        Assert.NotEqual(id, others);
    }

    [Fact]
    public async Task Calls_and_budgets_are_told()
    {
        var tenant = await World.NewTenantAsync();
        var (admin, slug) = (await tenant.AsAdminAsync(), $"script/{tenant.Tenant.Slug}");
        await tenant.NewScriptedModelAsync(slug, """{"rules":[{"match":{"equals":"fail"},"fail":{"status":500}}],"default":{"reply":"Hello"}}""");
        await NewAsync(admin, $"/calls-{tenant.Tenant.Slug}", "request.*", "budget.hard_limit_reached");
        await admin.PostDataAsync("/v1/accounting/budgets", new { name = "Two", request_limit = 2 }, HttpStatusCode.Created);

        foreach (var words in (string[])["Hi", "fail", "Hi"])
        {
            using var response = await admin.PostAsync(new Uri("/v1/inference/chat", UriKind.Relative), JsonContent.Create(TestCores.Message(slug, words)), Cancel);
        }

        await World.Server.Services.GetRequiredService<BudgetGuard>().SaveAllAsync(TimeSpan.Zero, Cancel);
        var told = await ToldAsync($"/calls-{tenant.Tenant.Slug}", 3);

        Assert.Equal(["budget.hard_limit_reached", "request.completed", "request.failed"], told.Select(t => t.Text("event_type")).Order());
        Assert.Equal("Two", told.Single(t => t.Text("event_type") == "budget.hard_limit_reached").Text("payload.name"));
        Assert.Equal("BACKEND_ERROR", told.Single(t => t.Text("event_type") == "request.failed").Text("payload.error_code"));
        Assert.DoesNotContain("Hi", string.Concat(told.Select(t => t.GetProperty("payload").ToString())), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Cores_and_the_questions_of_their_runs_are_told()
    {
        var tenant = await World.NewTenantAsync();
        var (admin, path) = (await tenant.AsAdminAsync(), $"/cores-{tenant.Tenant.Slug}");
        await NewAsync(admin, path, "scaicore.*");

        var (core, slug) = await admin.PublishedCoreAsync(TestCores.Approval);
        await admin.ChatAsync(slug, "lunch");
        var pending = (await ToldAsync(path, 2)).Single(t => t.Text("event_type") == "scaicore.checkpoint_pending");
        await admin.PostDataAsync($"{TestCores.Base}/checkpoints/{pending.Text("payload.checkpoint_id")}/resolve", new { resolution = "approve" });
        var told = await ToldAsync(path, 3);

        Assert.Equal(["scaicore.activated", "scaicore.checkpoint_pending", "scaicore.checkpoint_resolved"], told.Select(t => t.Text("event_type")).Order());
        Assert.All(told, t => Assert.Equal((core, tenant.Partner.Id.Value), (t.Text("payload.core_id"), t.Text("partner_id"))));
    }

    [Fact]
    public async Task A_receiver_that_fails_is_tried_again_when_its_time_has_come_and_not_before()
    {
        var admin = await outside.AdminAsync();
        var id = await NewAsync(admin, "/flaky", "model.*");
        var failing = true;
        outside.Witness.Answer = (seen, response) =>
        {
            response.StatusCode = seen.Url == "/flaky" && failing ? 500 : 200;
            return Task.FromResult("{}");
        };

        await admin.PublishedCoreAsync(TestCores.Echo);
        await ToldAsync("/flaky", 1);
        var pending = await DeliveryAsync(admin, id, d => d.GetProperty("attempts").GetInt32() == 1);
        Assert.Equal(("pending", 500), (pending.Text("status"), pending.GetProperty("status_code").GetInt32()));
        Assert.InRange((pending.GetProperty("next_attempt_at").GetDateTimeOffset() - DateTimeOffset.UtcNow).TotalSeconds, 15, 31);
        await World.Server.Services.GetRequiredService<WebhookWorker>().RunOnceAsync(Cancel);
        Assert.Single(outside.Witness.Seen, s => s.Url == "/flaky");

        failing = false;
        await World.Server.WithDbAsync(async db =>
        {
            db.WebhookDeliveries.Single(d => d.WebhookId == new ScaiGrid.Server.Kernel.Id<Webhook>(id)).NextAt = DateTimeOffset.UnixEpoch;
            return await db.SaveChangesAsync(Cancel);
        });
        var done = await DeliveryAsync(admin, id, d => d.Text("status") == "success");
        Assert.Equal(2, done.GetProperty("attempts").GetInt32());
        Assert.Single(outside.Witness.Seen.Where(s => s.Url == "/flaky").Select(s => s.Json.Text("event_id")).Distinct());
    }

    [Fact]
    public async Task Two_replicas_tell_each_event_once()
    {
        var admin = await outside.AdminAsync();
        await NewAsync(admin, "/once", "model.*");
        await using var second = World.Server.AnotherReplica();
        var workers = new[] { World.Server, second }.Select(s => s.Services.GetRequiredService<WebhookWorker>()).ToList();

        for (var i = 0; i < 5; i++)
        {
            await admin.PublishedCoreAsync(TestCores.Echo.Replace("Echo Agent", $"Echo {i}", StringComparison.Ordinal));
            await Task.WhenAll(workers.Select(w => w.RunOnceAsync(Cancel)));
        }

        Assert.Equal(5, (await ToldAsync("/once", 5)).Select(t => t.Text("event_id")).Distinct().Count());
        Assert.Equal(5, outside.Witness.Seen.Count(s => s.Url == "/once"));
    }

    [Fact]
    public async Task An_event_that_is_told_again_after_a_crash_is_delivered_once_and_holds_up_no_other()
    {
        var admin = await outside.AdminAsync();
        await NewAsync(admin, "/again", "model.*");
        await admin.PublishedCoreAsync(TestCores.Echo);
        var first = (await ToldAsync("/again", 1))[0];
        await World.Server.WithDbAsync(db =>
        {
            db.Add(new OutgoingEvent { TenantId = first.Text("tenant_id")!, Id = first.Text("event_id")!, Type = first.Text("event_type")!, Payload = "{}", At = DateTimeOffset.UnixEpoch });
            return db.SaveChangesAsync(Cancel);
        });

        await admin.PublishedCoreAsync(TestCores.Echo.Replace("Echo Agent", "Echo again", StringComparison.Ordinal));

        Assert.Equal(2, (await ToldAsync("/again", 2)).Select(t => t.Text("event_id")).Distinct().Count());
        Assert.Equal(2, outside.Witness.Seen.Count(s => s.Url == "/again"));
        Assert.Equal(0, await World.Server.WithDbAsync(db => db.OutgoingEvents.CountAsync(e => e.Id == first.Text("event_id"), Cancel)));
    }

    private async Task<string> NewAsync(HttpClient admin, string path, params string[] events) =>
        (await admin.PostDataAsync(Path, new { url = outside.Witness.Url + path, events, secret = Secret }, HttpStatusCode.Created)).Text("webhook.id")!;

    private async Task<List<JsonElement>> ToldAsync(string path, int count) =>
        await Eventually.BecomesAsync(() => Task.FromResult(outside.Witness.Seen.Where(s => s.Url == path).Select(s => s.Json).ToList()), told => told.Count >= count);

    private static Task<JsonElement> DeliveryAsync(HttpClient admin, string id, Func<JsonElement, bool> isRight) => Eventually.BecomesAsync(
        async () => (await admin.GetDataAsync($"{Path}/{id}/deliveries")).GetProperty("items").EnumerateArray().FirstOrDefault(),
        d => d.ValueKind == JsonValueKind.Object && isRight(d));
}
