using System.Net;
using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using ScaiGrid.Server.Access;
using ScaiGrid.Server.Features.Runs.Effects;
using ScaiGrid.Server.Kernel;
using ScaiGrid.Server.Tests.Host;
using ScaiGrid.Server.Tests.Runs;
using ScaiGrid.Server.Tests.Runs.Effects;
using static ScaiGrid.Server.Tests.Runs.Effects.OutsideWorld;

namespace ScaiGrid.Server.Tests.Queues;

public sealed class QueuesApiTests(OutsideWorld outside) : IClassFixture<OutsideWorld>
{
    private const string Base = "/v1/modules/scaiqueue";
    private const string Consume = "- { id: m, queue_consume: { queue: work, scope: s, timeout: 1h } }\n- rigid: \"{{m.payload.n}}\"";
    private const string Spoil = "- { id: m, queue_consume: { queue: work, scope: s, timeout: 0s } }\n- rigid: \"{{m.attempt}} {{1 / 0}}\"";
    private const string Hold = "- { id: m, queue_consume: { queue: work, scope: s, timeout: 0s } }\n- { id: ask, checkpoint: { type: approval, prompt: \"Go on?\", options: [yes, no] } }\n- rigid: done";

    [Fact]
    public async Task A_message_that_is_published_by_hand_goes_to_the_run_that_waits_for_it()
    {
        var admin = await outside.AdminAsync();
        var waiting = await InvokeAsync(admin, await StartAsync(admin, Consume), status: HttpStatusCode.Accepted);

        var sent = await PublishAsync(admin, new { queue = "work", scope = "s", message_type = "job", payload = new { n = 7 } });

        Assert.Equal(7, (await admin.CompletedAsync(waiting)).At("output").GetInt32());
        Assert.Equal(("s", "work", "job", "ready", "normal", 7), (sent.Text("scope"), sent.Text("queue"), sent.Text("message_type"), sent.Text("state"), sent.Text("priority"), sent.At("payload.n").GetInt32()));
        Assert.StartsWith("usr_", sent.Text("published_by"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Queues_are_listed_with_what_is_in_them()
    {
        var admin = await outside.AdminAsync();
        var sent = new List<Id<QueueMessage>>();
        for (var n = 0; n < 4; n++)
        {
            sent.Add(new((await PublishAsync(admin, new { queue = "work", scope = "s", payload = new { n }, max_retries = n == 0 ? 0 : 5 })).Text("id")!));
        }

        await PublishAsync(admin, new { queue = "alone" });
        await FailAsync(admin, await StartAsync(admin, Spoil)); // the first is a dead letter now
        await BecomesAsync(admin, dead: 1);
        await FailAsync(admin, await StartAsync(admin, Spoil)); // the second comes back later
        await Eventually.BecomesAsync(() => outside.World.Server.WithDbAsync(db => db.QueueMessages.Where(m => m.Id == sent[1] && m.Failures == 1)
            .ExecuteUpdateAsync(m => m.SetProperty(x => x.VisibleAt, DateTimeOffset.UnixEpoch.AddYears(100)))), n => n == 1);
        await InvokeAsync(admin, await StartAsync(admin, Hold), status: HttpStatusCode.Accepted); // a run has the third

        await BecomesAsync(admin, ready: 1, invisible: 2, dead: 1);
        var queues = (await admin.GetDataAsync($"{Base}/queues")).At("items");
        Assert.Equal([(null, "alone"), ("s", "work")], queues.EnumerateArray().Select(q => (q.Text("scope"), q.Text("queue"))));
        foreach (var (state, count) in ((string, int)[])[("ready", 1), ("invisible", 2), ("dead", 1)])
        {
            var items = (await admin.GetDataAsync($"{Base}/messages?scope=s&queue=work&state={state}")).At("items");
            Assert.Equal(Enumerable.Repeat(state, count), items.EnumerateArray().Select(m => m.Text("state")));
        }
    }

    [Fact]
    public async Task A_dead_letter_goes_back_into_its_queue_with_all_its_retries()
    {
        var admin = await outside.AdminAsync();
        var sent = await PublishAsync(admin, new { queue = "work", scope = "s", payload = new { n = 7 }, max_retries = 0 });
        await FailAsync(admin, await StartAsync(admin, Spoil));
        await BecomesAsync(admin, dead: 1);
        var dead = (await admin.GetDataAsync($"{Base}/messages?state=dead")).At("items")[0];
        Assert.Equal((sent.Text("id"), 1), (dead.Text("id"), dead.At("failures").GetInt32()));
        var waiting = await InvokeAsync(admin, await StartAsync(admin, Consume), status: HttpStatusCode.Accepted);

        var back = await admin.PostDataAsync($"{Base}/messages/{sent.Text("id")}/requeue");

        Assert.Equal(("ready", 0), (back.Text("state"), back.At("failures").GetInt32()));
        Assert.Equal(7, (await admin.CompletedAsync(waiting)).At("output").GetInt32());
        await Eventually.BecomesAsync(() => admin.SendAsync(HttpMethod.Get, $"{Base}/messages/{sent.Text("id")}"), a => a.Status == HttpStatusCode.NotFound);
        await admin.RefusedAsync(HttpMethod.Post, $"{Base}/messages/{sent.Text("id")}/requeue", null, HttpStatusCode.NotFound, "MESSAGE_NOT_FOUND");
    }

    [Fact]
    public async Task What_a_run_has_is_neither_put_back_nor_deleted_and_what_is_ready_is_not_put_back()
    {
        var admin = await outside.AdminAsync();
        var held = (await PublishAsync(admin, new { queue = "work", scope = "s" })).Text("id");
        var run = await InvokeAsync(admin, await StartAsync(admin, Hold), status: HttpStatusCode.Accepted);
        var ready = (await PublishAsync(admin, new { queue = "work", scope = "s" })).Text("id");

        foreach (var (method, path) in ((HttpMethod, string)[])[(HttpMethod.Post, $"{held}/requeue"), (HttpMethod.Delete, held!), (HttpMethod.Post, $"{ready}/requeue")])
        {
            await admin.RefusedAsync(method, $"{Base}/messages/{path}", null, HttpStatusCode.Conflict, "INVALID_MESSAGE_STATE");
        }

        Assert.Equal(run.Text("id"), (await admin.GetDataAsync($"{Base}/messages/{held}")).Text("claimed_by"));
        Assert.Equal(HttpStatusCode.NoContent, (await admin.SendAsync(HttpMethod.Delete, $"{Base}/messages/{ready}")).Status);
        await admin.RefusedAsync(HttpMethod.Delete, $"{Base}/messages/{ready}", null, HttpStatusCode.NotFound, "MESSAGE_NOT_FOUND");
    }

    [Fact]
    public async Task Lists_come_in_pages_and_leave_large_payloads_out()
    {
        var admin = await outside.AdminAsync();
        var sent = new List<string?>();
        for (var n = 0; n < 5; n++)
        {
            sent.Add((await PublishAsync(admin, new { queue = $"q{n}", payload = new string('x', n == 2 ? 5000 : 10) })).Text("id"));
        }

        Assert.Equal(sent, (await PagesAsync(admin, "messages")).Select(m => m.Text("id")));
        Assert.Equal(["q0", "q1", "q2", "q3", "q4"], (await PagesAsync(admin, "queues")).Select(q => q.Text("queue")));
        var listed = (await admin.GetDataAsync($"{Base}/messages?queue=q2")).At("items")[0];
        Assert.Equal((true, JsonValueKind.Null), (listed.At("payload_omitted").GetBoolean(), listed.At("payload").ValueKind));
        Assert.Equal(5000, (await admin.GetDataAsync($"{Base}/messages/{sent[2]}")).Text("payload")!.Length);
    }

    [Fact]
    public async Task A_message_by_hand_takes_its_place_in_a_queue_that_is_ordered_by_priority()
    {
        var admin = await outside.AdminAsync();
        await PublishAsync(admin, new { queue = "work", scope = "s", payload = new { n = 1 }, consumer_mode = "priority", priority = "low" });
        await PublishAsync(admin, new { queue = "work", scope = "s", payload = new { n = 2 }, consumer_mode = "priority", priority = "critical" });
        var consume = await StartAsync(admin, Consume);

        Assert.Equal(2, (await InvokeAsync(admin, consume)).At("output").GetInt32());
        Assert.Equal(1, (await InvokeAsync(admin, consume)).At("output").GetInt32());
    }

    [Theory]
    [InlineData("""{"queue":"a/b","scope":"","message_type":"","max_retries":101}""", "queue", "scope", "message_type", "max_retries")]
    [InlineData("""{"queue":"q","reason":""}""", "reason")]
    [InlineData("""{"queue":"q","priority":"soon"}""", "priority")]
    [InlineData("""{"payload":1}""", "queue")]
    public async Task Every_fault_names_its_field(string message, params string[] fields)
    {
        var admin = await outside.AdminAsync();

        var error = await admin.RefusedAsync(HttpMethod.Post, $"{Base}/messages", JsonElement.Parse(message), HttpStatusCode.BadRequest, "VALIDATION_ERROR");

        Assert.Equal(fields, error.At("details").EnumerateArray().Select(d => d.Text("field")));
    }

    [Fact]
    public async Task A_queue_of_that_name_cannot_be()
    {
        var admin = await outside.AdminAsync();

        await admin.RefusedAsync(HttpMethod.Get, $"{Base}/messages?scope=s", null, HttpStatusCode.BadRequest, "VALIDATION_ERROR");
        await admin.RefusedAsync(HttpMethod.Get, $"{Base}/messages?queue=a%2Fb", null, HttpStatusCode.BadRequest, "VALIDATION_ERROR");
    }

    [Fact]
    public async Task Viewers_look_and_strangers_see_nothing()
    {
        var acme = await outside.World.NewTenantAsync();
        var admin = await acme.AsAdminAsync();
        var viewer = await acme.AsAsync("", Permissions.CoreView);
        var nobody = await acme.AsAsync("", Permissions.ModelsUse);
        var stranger = await outside.AdminAsync();
        var message = $"{Base}/messages/{(await PublishAsync(admin, new { queue = "work" })).Text("id")}";

        Assert.Single((await viewer.GetDataAsync($"{Base}/queues")).At("items").EnumerateArray());
        await viewer.GetDataAsync(message);
        await nobody.RefusedAsync(HttpMethod.Get, message, null, HttpStatusCode.Forbidden, "AUTHZ_PERMISSION_DENIED");
        foreach (var (method, path, body) in ((HttpMethod, string, object?)[])[(HttpMethod.Post, $"{Base}/messages", new { queue = "work" }), (HttpMethod.Post, $"{message}/requeue", null), (HttpMethod.Delete, message, null)])
        {
            await viewer.RefusedAsync(method, path, body, HttpStatusCode.Forbidden, "AUTHZ_PERMISSION_DENIED");
        }

        Assert.Empty((await stranger.GetDataAsync($"{Base}/queues")).At("items").EnumerateArray());
        Assert.Empty((await stranger.GetDataAsync($"{Base}/messages")).At("items").EnumerateArray());
        foreach (var (method, path) in ((HttpMethod, string)[])[(HttpMethod.Get, message), (HttpMethod.Post, $"{message}/requeue"), (HttpMethod.Delete, message)])
        {
            await stranger.RefusedAsync(method, path, null, HttpStatusCode.NotFound, "MESSAGE_NOT_FOUND");
        }
    }

    [Fact]
    public async Task Who_belongs_to_no_tenant_names_one()
    {
        var super = (await outside.World.NewCallerAsync(null, [Roles.SuperAdmin])).Http;

        await super.RefusedAsync(HttpMethod.Get, $"{Base}/queues", null, HttpStatusCode.BadRequest, "TENANT_REQUIRED");
        await super.RefusedAsync(HttpMethod.Get, $"{Base}/messages", null, HttpStatusCode.BadRequest, "TENANT_REQUIRED");
        await super.RefusedAsync(HttpMethod.Post, $"{Base}/messages", new { queue = "work" }, HttpStatusCode.BadRequest, "TENANT_REQUIRED");
    }

    [Fact]
    public async Task Every_change_is_on_record()
    {
        var admin = await outside.AdminAsync();
        var id = (await PublishAsync(admin, new { queue = "work", scope = "s", max_retries = 0 })).Text("id");
        await FailAsync(admin, await StartAsync(admin, Spoil));
        await BecomesAsync(admin, dead: 1);
        await admin.PostDataAsync($"{Base}/messages/{id}/requeue");
        await admin.SendAsync(HttpMethod.Delete, $"{Base}/messages/{id}");

        foreach (var action in (string[])["queue.publish", "queue.requeue", "queue.delete"])
        {
            var line = (await admin.GetDataAsync($"/v1/audit-log?action={action}")).At("items")[0];
            Assert.Equal((id, "SUCCESS"), (line.Text("resource_id"), line.Text("status")));
        }

        Assert.Equal(0, await outside.World.Server.WithDbAsync(db => db.QueueMessages.CountAsync(m => m.Id == new Id<QueueMessage>(id!))));
    }

    private static Task<JsonElement> PublishAsync(HttpClient admin, object message) => admin.PostDataAsync($"{Base}/messages", message, HttpStatusCode.Created);

    private static Task<JsonElement> BecomesAsync(HttpClient admin, int ready = -1, int invisible = -1, int dead = -1) => Eventually.BecomesAsync(
        async () => (await admin.GetDataAsync($"{Base}/queues")).At("items").EnumerateArray().SingleOrDefault(q => q.Text("queue") == "work"),
        q => q.ValueKind == JsonValueKind.Object && Is(q, "ready", ready) && Is(q, "invisible", invisible) && Is(q, "dead", dead));

    private static bool Is(JsonElement queue, string state, int count) => count < 0 || queue.At(state).GetInt32() == count;

    private static async Task<List<JsonElement>> PagesAsync(HttpClient admin, string what)
    {
        var items = new List<JsonElement>();
        for (string? cursor = ""; cursor is not null;)
        {
            var (_, body) = await admin.SendAsync(HttpMethod.Get, $"{Base}/{what}?limit=2&cursor={cursor}");
            items.AddRange(body.At("data.items").EnumerateArray());
            cursor = body.Text("pagination.next_cursor");
        }

        return items;
    }
}
