using System.Globalization;
using System.Net;
using ScaiGrid.EndToEnd.Host;

namespace ScaiGrid.EndToEnd;

/// <summary>Two servers on one database execute the runs of one entity one after the other, whichever of them is called, and whichever dies.</summary>
public sealed class EntityTests
{
    private const int Calls = 50;

    private static readonly Dictionary<string, string> Outside = new() { ["SCAIGRID_Egress__AllowedHosts__0"] = "127.0.0.1" };

    [Fact]
    public async Task Fifty_calls_at_once_through_two_servers_count_to_fifty()
    {
        await using var installation = Installation.Make(Database.Postgres);
        await using var one = await installation.StartAsync();
        await using var other = await installation.StartAsync();
        using var here = one.ClientFor(installation.Key);
        using var there = other.ClientFor(installation.Key);
        var slug = await here.PublishedCoreAsync(Counter());
        await Eventually.TrueAsync(async () => (await there.ChatAsync(slug, "Hello", new { entity_id = "warm" })).Status == HttpStatusCode.OK, TimeSpan.FromSeconds(5));

        var counts = await Task.WhenAll(Enumerable.Range(0, Calls).Select(i => CountAsync(i % 2 == 0 ? here : there, slug, "ada")));

        Assert.Equal(Enumerable.Range(1, Calls), counts.Order());
        Assert.Equal(Calls + 1, await CountAsync(there, slug, "ada"));
    }

    [Fact]
    public async Task Callers_of_one_server_come_in_their_order()
    {
        await using var witness = new Witness();
        await using var installation = Installation.Make(Database.Postgres, settings: Outside);
        await using var server = await installation.StartAsync();
        using var alice = server.ClientFor(installation.Key);
        var core = await alice.StartedCoreAsync(Counter($"        - {{ http_call: {{ method: POST, url: \"{witness.Url}/{{{{input.name}}}}\" }} }}"));
        var release = new TaskCompletionSource();
        witness.Holds["/first"] = release.Task;
        List<Task<string>> calls = [InvokeAsync("first")];
        for (var i = 1; i <= 10; i++)
        {
            var waiting = i;
            await Eventually.TrueAsync(async () => await InLineAsync() == waiting, TimeSpan.FromSeconds(20));
            calls.Add(InvokeAsync($"{i}"));
        }

        release.SetResult();

        Assert.Equal(Enumerable.Range(1, 11).Select(i => i.ToString(CultureInfo.InvariantCulture)), await Task.WhenAll(calls));

        async Task<string> InvokeAsync(string name) =>
            (await alice.PostDataAsync($"{Host.Calls.Base}/cores/{core}/invoke", new { input = new { customer = "ada", name } })).At("output").GetRawText();

        async Task<int> InLineAsync() =>
            (await alice.GetDataAsync($"{Host.Calls.Base}/cores/{core}/memory")).At("items").EnumerateArray().Select(i => i.At("in_line").GetInt32()).FirstOrDefault();
    }

    [Fact]
    public async Task A_killed_server_leaves_memory_as_it_was_and_the_other_goes_on()
    {
        await using var witness = new Witness();
        await using var installation = Installation.Make(Database.Postgres, settings: Outside);
        await using var other = await installation.StartAsync();
        using var there = other.ClientFor(installation.Key);
        var slug = await there.PublishedCoreAsync(Counter());
        Assert.Equal(1, await CountAsync(there, slug, "ada"));
        var answered = new List<int>();
        var lost = 0;
        for (var round = 0; round < 3; round++)
        {
            await using var victim = await installation.StartAsync();
            using var here = victim.ClientFor(installation.Key);
            var dying = Enumerable.Range(0, 20).Select(_ => TryCountAsync(here, slug)).ToList();
            var living = Enumerable.Range(0, 10).Select(_ => CountAsync(there, slug, "ada")).ToList();
            await Task.WhenAny(dying);
            await victim.KillAsync();
            var ended = await Task.WhenAll(dying);
            lost += ended.Count(c => c is null);
            answered.AddRange(ended.OfType<int>());
            answered.AddRange(await Task.WhenAll(living));
        }

        var last = await CountAsync(there, slug, "ada");

        Assert.Equal(answered.Count, answered.Distinct().Count()); // nobody was told what another was told
        Assert.DoesNotContain(last, answered);
        Assert.True(last > answered.Max());
        Assert.InRange(last, answered.Count + 2, answered.Count + 2 + lost); // beyond those that were told, at most those whose answer was lost with the server count
    }

    [Fact]
    public async Task A_run_that_had_touched_the_world_goes_on_elsewhere_before_the_next_one_begins()
    {
        await using var witness = new Witness();
        await using var installation = Installation.Make(Database.Postgres, settings: Outside);
        await using var other = await installation.StartAsync();
        using var there = other.ClientFor(installation.Key);
        var core = await there.StartedCoreAsync(Counter($"        - {{ http_call: {{ method: POST, url: \"{witness.Url}/touch\" }} }}"));
        await using var victim = await installation.StartAsync();
        using var here = victim.ClientFor(installation.Key);
        var release = new TaskCompletionSource();
        witness.Holds["/touch"] = release.Task;
        var dying = here.PostDataAsync($"{Host.Calls.Base}/cores/{core}/invoke", new { input = new { customer = "ada" } });
        await Eventually.TrueAsync(() => Task.FromResult(!witness.Calls.IsEmpty), TimeSpan.FromSeconds(20));

        var next = there.PostDataAsync($"{Host.Calls.Base}/cores/{core}/invoke", new { input = new { customer = "ada" } });
        await victim.KillAsync();
        await Assert.ThrowsAnyAsync<HttpRequestException>(() => dying);
        release.SetResult();

        Assert.Equal(2, (await next).At("output").GetInt32());
    }

    [Fact]
    public async Task Ten_entities_are_served_at_once()
    {
        await using var witness = new Witness();
        await using var installation = Installation.Make(Database.Postgres, settings: Outside);
        await using var server = await installation.StartAsync();
        using var alice = server.ClientFor(installation.Key);
        var core = await alice.StartedCoreAsync(Counter($"        - {{ http_call: {{ method: POST, url: \"{witness.Url}/together\" }} }}"));
        var release = new TaskCompletionSource();
        witness.Holds["/together"] = release.Task;

        var calls = Enumerable.Range(0, 10).Select(i => alice.PostDataAsync($"{Host.Calls.Base}/cores/{core}/invoke", new { input = new { customer = $"c{i}" } })).ToList();
        await Eventually.TrueAsync(() => Task.FromResult(witness.Calls.Count == 10), TimeSpan.FromSeconds(20)); // all of them are in the midst of their runs
        release.SetResult();

        Assert.All(await Task.WhenAll(calls), run => Assert.Equal(1, run.At("output").GetInt32()));
    }

    private static async Task<int> CountAsync(HttpClient client, string slug, string customer)
    {
        var answer = await client.ChatAsync(slug, "count", new { entity_id = customer });
        Assert.True(answer.Status == HttpStatusCode.OK, $"{(int)answer.Status} {answer.Body}");
        return int.Parse(answer.Data.Reply, CultureInfo.InvariantCulture);
    }

    /// <returns>Null when the server died before it answered.</returns>
    private static async Task<int?> TryCountAsync(HttpClient client, string slug)
    {
        try
        {
            return await CountAsync(client, slug, "ada");
        }
        catch (HttpRequestException)
        {
            return null;
        }
    }

    /// <param name="steps">Between counting and answering.</param>
    private static string Counter(string steps = "") => $$$"""
        core:
          name: Counter
          mode: entity
          entity_key: customer
          variables: [ { name: count, type: int, default: 0 } ]
          flows:
            - name: count
              steps:
                - set: { count: "{{count + 1}}" }
        {{{steps}}}
                - rigid: "{{count}}"
        """;
}
