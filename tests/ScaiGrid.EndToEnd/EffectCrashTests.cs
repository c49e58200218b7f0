using System.Globalization;
using ScaiGrid.EndToEnd.Host;

namespace ScaiGrid.EndToEnd;

/// <summary>SIGKILL while flows touch the world: every acknowledged run ends, and what was done is done under one key.</summary>
public abstract class EffectCrashTests(Database database)
{
    private const int Steps = 3;

    private static readonly int Rounds = Kills.Or(5);

    [Fact]
    public async Task Killed_again_and_again_every_run_ends_and_repeats_at_most_the_effect_it_died_in()
    {
        await using var witness = new Witness();
        await using var installation = Installation.Make(database, settings: new Dictionary<string, string> { ["SCAIGRID_Egress__AllowedHosts__0"] = "127.0.0.1" });
        var moments = new Random(20260301);
        var accepted = new List<string>();
        string? core = null;
        for (var kill = 0; kill < Rounds; kill++)
        {
            await using var server = await installation.StartAsync();
            using var alice = server.ClientFor(installation.Key);
            core ??= await alice.StartedCoreAsync(Flow(witness.Url));
            var work = SendUntilKilledAsync(alice, core, accepted);
            var before = witness.Calls.Count;
            await Eventually.TrueAsync(() => Task.FromResult(witness.Calls.Count > before + 5), TimeSpan.FromSeconds(30));
            await Task.Delay(moments.Next(40), TestContext.Current.CancellationToken);
            await server.KillAsync();
            await work;
        }

        await using var last = await installation.StartAsync();
        await Eventually.TrueAsync(() => Task.FromResult(installation.Rows.Count("runs", "status <> 'Completed'") == 0), TimeSpan.FromSeconds(90));

        Assert.Empty(accepted.Except(installation.Rows.Single("SELECT id FROM runs")));
        foreach (var run in witness.Calls.GroupBy(c => c.Key.Split(':')[0]))
        {
            AssertInOrder([.. run]);
        }

        Assert.NotEmpty(accepted);
    }

    /// <summary>Each step has one key; a step that was repeated was the last one begun then, and none before it came again.</summary>
    private static void AssertInOrder(List<(string Path, string Key)> calls)
    {
        var reached = 0;
        foreach (var (path, key) in calls)
        {
            var step = int.Parse(path[1..], CultureInfo.InvariantCulture);
            Assert.True(step == reached || step == reached + 1, $"Step {step} came after step {reached} had finished: {string.Join(' ', calls.Select(c => c.Path))}");
            Assert.EndsWith($":steps[{step - 1}]:1", key, StringComparison.Ordinal);
            reached = step;
        }

        Assert.Equal(Steps, reached);
    }

    private static string Flow(string url) => $$$"""
        core:
          name: Effects
          flows:
            - name: effects
              steps:
                - { http_call: { method: POST, url: "{{{url}}}/1" } }
                - { http_call: { method: POST, url: "{{{url}}}/2" } }
                - { http_call: { method: POST, url: "{{{url}}}/3" } }
                - rigid: done
        """;

    private static async Task SendUntilKilledAsync(HttpClient alice, string core, List<string> accepted)
    {
        try
        {
            for (var i = 0; i < 200; i++)
            {
                accepted.Add((await alice.PostDataAsync($"{Calls.Base}/cores/{core}/events", new { input = new { } })).Text("id"));
            }
        }
        catch (HttpRequestException)
        {
            // killed
        }
    }
}

public sealed class EffectCrashOnSqliteTests() : EffectCrashTests(Database.Sqlite);

public sealed class EffectCrashOnPostgresTests() : EffectCrashTests(Database.Postgres);
