using ScaiGrid.Server.Features.Runs.Effects;
using ScaiGrid.Server.Tests.Host;

namespace ScaiGrid.Server.Tests.Runs.Effects;

public sealed class WaitClockTests(World world)
{
    [Fact]
    public async Task Waits_that_are_over_are_found_without_looking_through_all_runs_that_ever_ended()
    {
        var plan = await QueryPlan.OfAsync(world, WaitClock.WaitsOver);

        Assert.Contains("ix_runs_tenant_id_call_key", plan, StringComparison.Ordinal);
    }
}
