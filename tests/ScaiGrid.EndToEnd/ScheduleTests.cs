using ScaiGrid.EndToEnd.Host;

namespace ScaiGrid.EndToEnd;

/// <summary>Two servers on one PostgreSQL, and schedules that are due for both at once.</summary>
public sealed class ScheduleTests
{
    private const int Cores = 20;

    [Fact]
    public async Task A_time_that_is_due_for_two_servers_starts_one_run()
    {
        await using var installation = Installation.Make(Database.Postgres);
        await using var one = await installation.StartAsync();
        await using var other = await installation.StartAsync();
        using var alice = one.ClientFor(installation.Key);
        for (var i = 0; i < Cores; i++)
        {
            await alice.StartedCoreAsync($$"""
                core: { name: Clock {{i}}, flows: [ { name: yearly, trigger: { type: schedule, cron: "0 0 1 1 *" }, steps: [ { rigid: tick } ] } ] }
                """);
        }

        for (var round = 1; round <= 3; round++)
        {
            installation.Rows.Execute("UPDATE core_schedules SET next_fire_at = now()");
            await Eventually.TrueAsync(() => Task.FromResult(installation.Rows.Count("runs", "trigger = 'Schedule' AND status = 'Completed'") >= round * Cores), TimeSpan.FromSeconds(30));
            await Eventually.TrueAsync(() => Task.FromResult(installation.Rows.Count("core_schedules", "next_fire_at > now()") == Cores), TimeSpan.FromSeconds(30));
        }

        Assert.Equal(3 * Cores, installation.Rows.Count("runs"));
    }
}
