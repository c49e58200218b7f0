using ScaiGrid.Server.Features.Runs;
using ScaiGrid.Server.Features.Runs.Replicas;
using ScaiGrid.Server.Kernel;
using ScaiGrid.Server.Tests.Host;

namespace ScaiGrid.Server.Tests.Runs;

/// <summary>What is looked for all the time is found without looking at what nothing is to be done about.</summary>
public sealed class RunQueueTests(World world)
{
    [Fact]
    public async Task Queued_runs_are_found_in_their_order_by_the_index_of_the_queue()
    {
        var plan = await QueryPlan.OfAsync(world, db => RunWorker.Queue(db).Take(10));

        Assert.Contains("ix_runs_id", plan, StringComparison.Ordinal);
        Assert.DoesNotContain("TEMP B-TREE", plan, StringComparison.Ordinal); // nothing is sorted
    }

    [Fact]
    public async Task Runs_of_the_dead_are_found_among_those_that_are_executed()
    {
        var plan = await QueryPlan.OfAsync(world, TakeOver.OfTheDead);

        Assert.Contains("ix_runs_status_owner", plan, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_runs_of_a_process_are_found_by_an_index()
    {
        var plan = await QueryPlan.OfAsync(world, db => db.Runs.Where(r => r.Status == RunState.Running && r.Owner == new Id<Replica>("rep_1")));

        Assert.Contains("ix_runs_status_owner", plan, StringComparison.Ordinal);
    }
}
