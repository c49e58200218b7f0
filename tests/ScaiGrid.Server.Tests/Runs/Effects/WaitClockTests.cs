using ScaiGrid.Server.Features.Runs.Effects;
using ScaiGrid.Server.Tests.Host;

namespace ScaiGrid.Server.Tests.Runs.Effects;

public sealed class WaitClockTests(World world)
{
    [Fact]
    public async Task Waits_that_are_over_are_found_without_looking_through_all_runs_that_ever_ended()
    {
        var plan = await QueryPlan.OfAsync(world, db => WaitClock.WaitsOver(db, null));

        Assert.Contains("ix_runs_tenant_id_call_key", plan, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_happened_is_looked_for_by_keys_however_many_wait()
    {
        var news = new WaitNews(new("tnt_1"), ["key"], ["/orders"], [new("run_1")]);

        Assert.DoesNotContain("SCAN", await QueryPlan.OfAsync(world, db => WaitClock.WaitsOver(db, news)), StringComparison.Ordinal);
        Assert.DoesNotContain("SCAN", await QueryPlan.OfAsync(world, db => WaitClock.Awaited(db, news, DateTimeOffset.UnixEpoch)), StringComparison.Ordinal);
        Assert.Contains("ix_queue_messages_tenant_id_claimed_by", await QueryPlan.OfAsync(world, db => WaitClock.Held(db, news)), StringComparison.Ordinal);
        Assert.Contains("ix_queue_messages_visible_at", await QueryPlan.OfAsync(world, db => WaitClock.ComingBack(db, DateTimeOffset.UnixEpoch, DateTimeOffset.UnixEpoch)), StringComparison.Ordinal);
    }

    [Fact]
    public void A_process_that_begins_looks_at_everything_and_then_at_what_happened()
    {
        var agenda = new WaitAgenda();
        Assert.Null(Assert.Single(agenda.Take()));
        Assert.Empty(agenda.Take());
        agenda.Add(new("tnt_1"), news => news.Queues.Add("/a"));
        agenda.Add(new("tnt_2"), news => news.Calls.Add("k"));
        agenda.Add(new("tnt_1"), news => news.Queues.Add("/b"));

        Assert.Equal([("tnt_1", 2), ("tnt_2", 1)], agenda.Take().Select(n => (n!.TenantId.Value, n.Count)).Order());

        Assert.Empty(agenda.Take());
    }

    [Fact]
    public void Too_much_news_is_shortened_to_everything()
    {
        var agenda = new WaitAgenda();
        _ = agenda.Take();

        for (var i = 0; i < 6_000; i++)
        {
            agenda.Add(new("tnt_1"), news => news.Calls.Add($"{i}"));
        }

        Assert.Null(Assert.Single(agenda.Take()));
    }
}
