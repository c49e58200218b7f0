using System.Net;
using ScaiGrid.EndToEnd.Host;

namespace ScaiGrid.EndToEnd;

/// <summary>SIGKILL at any moment: nothing acknowledged is lost, nothing is half done.</summary>
public abstract class CrashTests(Database database)
{
    private static readonly int Rounds = Kills.Or(8);

    [Fact]
    public async Task Killed_again_and_again_while_Cores_are_published_and_called_nothing_is_half_done_or_lost()
    {
        await using var installation = Installation.Make(database);
        var moments = new Random(20260301);
        var cores = await MakeCoresAsync(installation);
        var answered = new List<string>();

        for (var kill = 0; kill < Rounds; kill++)
        {
            await using var server = await installation.StartAsync();
            using var alice = server.ClientFor(installation.Key);
            await AssertWholeAsync(installation, alice, cores);
            AssertAccounted(installation, answered);

            var before = cores.ConvertAll(c => c.Acknowledged);
            var work = cores.Select(c => c.ToggleUntilKilledAsync(alice)).Append(ChatUntilKilledAsync(alice, answered)).ToList();
            await Eventually.TrueAsync(() => Task.FromResult(cores.Zip(before).All(c => c.First.Acknowledged > c.Second)), TimeSpan.FromSeconds(30));
            await Task.Delay(moments.Next(30), TestContext.Current.CancellationToken);
            await server.KillAsync();
            await Task.WhenAll(work);
        }

        await using var last = await installation.StartAsync();
        using var client = last.ClientFor(installation.Key);
        await AssertWholeAsync(installation, client, cores);
        AssertAccounted(installation, answered);
        Assert.NotEmpty(answered);
    }

    [Fact]
    public async Task A_waiting_run_survives_and_goes_on_after_the_decision()
    {
        await using var installation = Installation.Make(database);
        string slug, run, checkpoint;
        await using (var first = await installation.StartAsync())
        {
            using var alice = first.ClientFor(installation.Key);
            slug = await alice.PublishedCoreAsync(Samples.Ask);
            var asked = (await alice.ChatAsync(slug, "a taxi")).Data;
            (run, checkpoint) = (asked.Text("scaicore.execution_id"), asked.Text("scaicore.checkpoint.id"));
            await first.KillAsync();
        }

        await using (var second = await installation.StartAsync())
        {
            using var alice = second.ClientFor(installation.Key);
            Assert.Equal("suspended", (await alice.ChatAsync(slug, "", new { execution_id = run })).Data.Text("scaicore.status"));
            await alice.PostDataAsync($"{Calls.Base}/checkpoints/{checkpoint}/resolve", new { resolution = "approve" });
            await second.KillAsync(); // at the worst moment: the decision is acknowledged, and the run is about to go on
        }

        await using var third = await installation.StartAsync();
        using var client = third.ClientFor(installation.Key);
        await Eventually.TrueAsync(async () => (await client.GetDataAsync($"{Calls.Base}/runs/{run}")).Text("status") == "completed", TimeSpan.FromSeconds(20));
        var outcome = (await client.ChatAsync(slug, "", new { execution_id = run })).Data;
        Assert.Equal(("Decided: approve", "completed"), (outcome.Reply, outcome.Text("scaicore.status")));
    }

    private static async Task<List<ToggledCore>> MakeCoresAsync(Installation installation)
    {
        await using var server = await installation.StartAsync();
        using var alice = server.ClientFor(installation.Key);
        await alice.PublishedCoreAsync(Samples.Echo("Always")); // this one is chatted with all the time
        var cores = new List<ToggledCore>();
        foreach (var name in (string[])["One", "Two", "Three"])
        {
            cores.Add(new(await alice.StartedCoreAsync(Samples.Echo(name)), $"scaicore/acme/{name.ToLowerInvariant()}"));
        }

        return cores;
    }

    /// <summary>Each Core is a model that answers, or is none and left nothing behind; and it is what the last acknowledged call made it.</summary>
    private static async Task AssertWholeAsync(Installation installation, HttpClient alice, List<ToggledCore> cores)
    {
        var models = await alice.ModelsAsync();
        foreach (var core in cores)
        {
            var metadata = (await alice.GetDataAsync($"{Calls.Base}/cores/{core.Id}")).GetProperty("metadata");
            var published = metadata.TryGetProperty("published", out _);
            core.Settle(published);
            Assert.Equal(published, metadata.TryGetProperty("published_slug", out _));
            Assert.Equal(published, metadata.TryGetProperty("published_model_id", out _));
            Assert.Equal(published, models.Contains(core.Slug));
            Assert.Equal(published ? HttpStatusCode.OK : HttpStatusCode.NotFound, (await alice.ChatAsync(core.Slug, "Hello")).Status);
        }

        var alive = 1 + cores.Count(c => c.IsPublished);
        Assert.Equal(alive, models.Count(m => m.StartsWith("scaicore/", StringComparison.Ordinal)));
        Assert.Equal(alive, installation.Rows.Count("backend_models", "provider_type = 'scaicore'"));
        Assert.Equal(alive + 2, installation.Rows.Count("model_backends")); // and those of the bootstrap file
    }

    /// <summary>Each answered call has one usage record.</summary>
    private static void AssertAccounted(Installation installation, List<string> answered)
    {
        var accounted = installation.Rows.Single("SELECT request_id FROM usage_records");
        Assert.Empty(answered.Except(accounted));
        Assert.Equal(accounted.Distinct().Count(), accounted.Count);
    }

    private static async Task ChatUntilKilledAsync(HttpClient alice, List<string> answered)
    {
        try
        {
            while (true)
            {
                var answer = await alice.ChatAsync("scaicore/acme/always", "Hello");
                Assert.Equal(HttpStatusCode.OK, answer.Status);
                answered.Add(answer.RequestId);
            }
        }
        catch (HttpRequestException)
        {
            // killed
        }
    }
}

public sealed class CrashOnSqliteTests() : CrashTests(Database.Sqlite);

public sealed class CrashOnPostgresTests() : CrashTests(Database.Postgres);
