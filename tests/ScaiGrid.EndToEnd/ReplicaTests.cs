using System.Net;
using ScaiGrid.EndToEnd.Host;

namespace ScaiGrid.EndToEnd;

/// <summary>Two servers on one database and one folder, as behind a load balancer.</summary>
public sealed class ReplicaTests
{
    private static readonly TimeSpan Bound = TimeSpan.FromSeconds(2);

    [Fact]
    public async Task A_model_published_on_one_answers_on_the_other_within_two_seconds_and_is_gone_as_soon()
    {
        await using var installation = Installation.Make(Database.Postgres);
        await using var one = await installation.StartAsync();
        await using var other = await installation.StartAsync();
        using var here = one.ClientFor(installation.Key);
        using var there = other.ClientFor(installation.Key);
        var core = await here.StartedCoreAsync(Samples.Echo());
        const string slug = "scaicore/acme/echo";
        Assert.Equal(HttpStatusCode.NotFound, (await there.ChatAsync(slug, "Hello")).Status);

        await here.PublishAsync(core);
        await Eventually.TrueAsync(async () => (await there.ChatAsync(slug, "Hello")).Status == HttpStatusCode.OK, Bound);

        await there.PostDataAsync($"{Calls.Base}/cores/{core}/unpublish");
        await Eventually.TrueAsync(async () => (await here.ChatAsync(slug, "Hello")).Status == HttpStatusCode.NotFound, Bound);
    }

    [Fact]
    public async Task A_key_revoked_on_one_stops_on_the_other_within_two_seconds()
    {
        await using var installation = Installation.Make(Database.Postgres);
        await using var one = await installation.StartAsync();
        await using var other = await installation.StartAsync();
        using var here = one.ClientFor(installation.Key);
        using var there = other.ClientFor(installation.OtherKey);
        Assert.Equal(HttpStatusCode.OK, (await there.SendAsync(HttpMethod.Get, "/v1/me")).Status);

        var revoked = await here.SendAsync(HttpMethod.Delete, "/v1/api-keys/key_other");

        Assert.Equal(HttpStatusCode.NoContent, revoked.Status);
        await Eventually.TrueAsync(async () => (await there.SendAsync(HttpMethod.Get, "/v1/me")).Status == HttpStatusCode.Unauthorized, Bound);
    }

    [Fact]
    public async Task A_run_that_waits_on_one_goes_on_after_a_decision_on_the_other()
    {
        await using var installation = Installation.Make(Database.Postgres);
        await using var one = await installation.StartAsync();
        await using var other = await installation.StartAsync();
        using var here = one.ClientFor(installation.Key);
        using var there = other.ClientFor(installation.Key);
        var slug = await here.PublishedCoreAsync(Samples.Ask);
        var asked = (await here.ChatAsync(slug, "a taxi")).Data;

        await there.PostDataAsync($"{Calls.Base}/checkpoints/{asked.Text("scaicore.checkpoint.id")}/resolve", new { resolution = "approve" });

        await Eventually.TrueAsync(async () => (await here.GetDataAsync($"{Calls.Base}/runs/{asked.Text("scaicore.execution_id")}")).Text("status") == "completed", TimeSpan.FromSeconds(10));
    }
}
