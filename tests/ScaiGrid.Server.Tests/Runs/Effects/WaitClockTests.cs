using Microsoft.EntityFrameworkCore;
using ScaiGrid.Server.Data;
using ScaiGrid.Server.Features.Runs.Effects;
using ScaiGrid.Server.Tests.Host;

namespace ScaiGrid.Server.Tests.Runs.Effects;

public sealed class WaitClockTests(World world)
{
    [Fact]
    public async Task Waits_that_are_over_are_found_without_looking_through_all_runs_that_ever_ended()
    {
        var plan = await world.Server.WithDbAsync(async db =>
        {
            Assert.SkipWhen(db is PostgresDb, "PostgreSQL plans by statistics, and this table has none.");
            await db.Database.OpenConnectionAsync(TestContext.Current.CancellationToken);
            await using var command = WaitClock.WaitsOver(db).CreateDbCommand();
            command.CommandText = $"EXPLAIN QUERY PLAN {command.CommandText}";
            await using var reader = await command.ExecuteReaderAsync(TestContext.Current.CancellationToken);
            var steps = new List<string>();
            while (await reader.ReadAsync(TestContext.Current.CancellationToken))
            {
                steps.Add(reader.GetString(reader.GetOrdinal("detail")));
            }

            return steps;
        });

        Assert.Contains(plan, step => step.Contains("ix_runs_tenant_id_call_key", StringComparison.Ordinal));
    }
}
