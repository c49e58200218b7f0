using System.Net;
using ScaiGrid.Server.Access;
using ScaiGrid.Server.Features.Cores;
using ScaiGrid.Server.Features.Events;
using ScaiGrid.Server.Kernel;
using ScaiGrid.Server.Tests.Cores;
using ScaiGrid.Server.Tests.Host;

namespace ScaiGrid.Server.Tests.Events;

public sealed class FollowEventsTests(World world)
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_follower_is_told_what_happens_as_it_happens()
    {
        var (admin, id) = await StartedAsync();
        await admin.PostDataAsync($"{TestCores.Base}/cores/{id}/invoke");
        using var stream = await admin.FollowAsync();

        var run = await admin.PostDataAsync($"{TestCores.Base}/cores/{id}/invoke", new { input = new { name = "Ada" } });
        var told = await stream.TakeAsync(9);

        Assert.Equal(("text/event-stream", "no-cache"), (stream.Content.Headers.ContentType!.MediaType, stream.Headers.CacheControl!.ToString()));
        Assert.All(told, e => Assert.Equal((run.Text("id"), e.Event), (e.Data.Text("payload.execution_id"), e.Data.Type)));
        Assert.Equal((RuntimeEvents.Started, RuntimeEvents.Completed), (told[0].Event, told[^1].Event));
        Assert.Equal(told.Select(e => e.Data.Text("id")), (await admin.EventsAsync()).TakeLast(9).Select(e => e.Text("id")));
    }

    [Fact]
    public async Task Who_was_cut_off_goes_on_after_any_event_without_losing_or_repeating_one()
    {
        var (admin, id) = await StartedAsync();
        using var first = await admin.FollowAsync();
        await admin.PostDataAsync($"{TestCores.Base}/cores/{id}/invoke");
        await admin.PostDataAsync($"{TestCores.Base}/cores/{id}/invoke");
        var all = await first.TakeAsync(18);

        foreach (var (i, last) in all.Index())
        {
            using var again = await admin.FollowAsync(lastEventId: last.Id);
            Assert.Equal(all.Skip(i + 1).Select(e => e.Data.Text("id")), i == all.Count - 1 ? [] : (await again.TakeAsync(all.Count - i - 1)).Select(e => e.Data.Text("id")));
        }
    }

    [Fact]
    public async Task Who_follows_another_server_of_the_same_database_is_told_the_same()
    {
        var (admin, id) = await StartedAsync();
        await using var other = world.Server.AnotherReplica();
        using var client = other.CreateClient();
        client.DefaultRequestHeaders.Authorization = admin.DefaultRequestHeaders.Authorization;
        using var stream = await client.FollowAsync();

        await admin.PostDataAsync($"{TestCores.Base}/cores/{id}/invoke");
        var there = await stream.TakeAsync(4);
        await admin.PostDataAsync($"{TestCores.Base}/cores/{id}/invoke");
        using var here = await admin.FollowAsync(lastEventId: there[^1].Id);
        var rest = await here.TakeAsync(14);

        Assert.Equal((await admin.EventsAsync("&type=scaicore.runtime.*")).Count + 2, there.Count + rest.Count);
        Assert.Equal(18, there.Concat(rest).Select(e => e.Data.Text("id")).Distinct().Count());
    }

    [Fact]
    public async Task Only_what_is_asked_for_is_told_and_nothing_of_others()
    {
        var (admin, id) = await StartedAsync();
        var (stranger, theirs) = await StartedAsync();
        using var stream = await admin.FollowAsync($"?core_id={id}&type=order.shipped");

        await stranger.PostDataAsync($"{TestCores.Base}/cores/{theirs}/invoke");
        await admin.PostDataAsync($"{TestCores.Base}/cores/{id}/invoke", new { input = new { name = "first" } });
        await admin.PostDataAsync($"{TestCores.Base}/cores/{id}/invoke", new { input = new { name = "second" } });

        Assert.Equal(["first", "second"], (await stream.TakeAsync(2)).Select(e => e.Data.Text("payload.payload.to")));
    }

    [Fact]
    public async Task A_stream_ends_when_its_caller_may_see_events_no_longer()
    {
        var acme = await world.NewTenantAsync();
        var caller = await world.NewCallerAsync(acme.Tenant, [Roles.TenantAdmin]);
        using var stream = await caller.Http.FollowAsync();

        await world.Server.WithDbAsync(async db =>
        {
            (await db.ApiKeys.FindAsync([caller.Key.Id], Cancel))!.RevokedAt = DateTimeOffset.UnixEpoch;
            return await db.SaveChangesAsync(Cancel);
        });

        var told = Assert.Single(await stream.TakeAsync(2));
        Assert.Equal(("error", "AUTH_TOKEN_INVALID"), (told.Event, told.Data.Text("code")));
    }

    [Fact]
    public async Task Nobody_holds_more_streams_open_than_their_share()
    {
        await using var small = new World(new TestServer(new() { ["Events:MaxStreamsPerCaller"] = "2", ["Events:MaxStreamsPerTenant"] = "3" }));
        var acme = await small.NewTenantAsync();
        var (alice, bob) = (await acme.AsAdminAsync(), await acme.AsAdminAsync());
        var first = await alice.FollowAsync();
        using var second = await alice.FollowAsync();
        Assert.Equal(HttpStatusCode.TooManyRequests, (await alice.FollowAsync()).StatusCode);
        using var third = await bob.FollowAsync();
        Assert.Equal(HttpStatusCode.TooManyRequests, (await bob.FollowAsync()).StatusCode);

        first.Dispose();

        Assert.Equal(HttpStatusCode.OK, await Eventually.BecomesAsync(async () => (await bob.FollowAsync()).StatusCode, s => s == HttpStatusCode.OK));
    }

    [Fact]
    public async Task A_super_admin_names_the_tenant_that_is_followed()
    {
        var (_, id) = await StartedAsync();
        var root = (await world.NewCallerAsync(null, [Roles.SuperAdmin])).Http;

        Assert.Equal(HttpStatusCode.BadRequest, (await root.FollowAsync()).StatusCode);

        root.DefaultRequestHeaders.Add(Authenticator.TenantHeader, await TenantOfAsync(id));
        using var stream = await root.FollowAsync();
        await root.PostDataAsync($"{TestCores.Base}/cores/{id}/invoke");
        Assert.Equal(RuntimeEvents.Started, (await stream.TakeAsync(1))[0].Event);
    }

    [Fact]
    public async Task A_place_that_the_server_did_not_give_out_is_refused()
    {
        var (admin, _) = await StartedAsync();

        Assert.Equal(HttpStatusCode.BadRequest, (await admin.FollowAsync(lastEventId: "yesterday")).StatusCode);
    }

    private Task<string> TenantOfAsync(string core) => world.Server.WithDbAsync(db => Task.FromResult(db.Cores.Single(c => c.Id == new Id<Core>(core)).TenantId.Value));

    private async Task<(HttpClient Admin, string Id)> StartedAsync()
    {
        var admin = await (await world.NewTenantAsync()).AsAdminAsync();
        return (admin, await admin.StartedCoreAsync(EventSteps.Telling));
    }
}
