using System.Net;
using Microsoft.EntityFrameworkCore;
using ScaiGrid.Server.Features.Cores;
using ScaiGrid.Server.Features.Runs;
using ScaiGrid.Server.Kernel;
using ScaiGrid.Server.Tests.Cores;
using ScaiGrid.Server.Tests.Host;

namespace ScaiGrid.Server.Tests.Instances;

/// <summary>A Core may be deleted while runs of its entities are executed.</summary>
public sealed class DeletedEntitiesTests(World world)
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Deleting_a_Core_takes_its_entities_before_their_runs()
    {
        Assert.SkipUnless(TestServer.OnPostgres, "SQLite has one writer, who waits for nobody.");
        var admin = await (await world.NewTenantAsync()).AsAdminAsync();
        var id = await admin.StartedCoreAsync(Counters.Yaml(Counters.Ask));
        var waiting = await admin.DataAsync(HttpMethod.Post, $"{TestCores.Base}/cores/{id}/invoke", new { input = new { customer = "ada" } }, HttpStatusCode.Accepted);
        var (core, run) = (new Id<Core>(id), new Id<Run>(waiting.Text("id")!));

        var deleted = await world.Server.WithDbAsync(async db =>
        {
            await using var transaction = await db.Database.BeginTransactionAsync(Cancel);
            var instance = await db.Instances.AsNoTracking().SingleAsync(i => i.CoreId == core, Cancel);
            await db.LockInstancesAsync(instance.TenantId, core, Cancel); // as a run whose turn ends
            var deleting = admin.SendAsync(HttpMethod.Delete, $"{TestCores.Base}/cores/{id}");
            await Eventually.BecomesAsync(() => db.Database.SqlQuery<int>($"SELECT count(*)::int AS \"Value\" FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()").SingleAsync(Cancel), n => n > 0);
            Assert.Equal(1, await db.Runs.Where(r => r.Id == run).ExecuteUpdateAsync(r => r.SetProperty(x => x.AwaitsTurn, false), Cancel));
            await transaction.CommitAsync(Cancel);
            return await deleting;
        });

        Assert.Equal(HttpStatusCode.NoContent, deleted.Status);
        Assert.Equal(RunState.Cancelled, await world.Server.WithDbAsync(db => db.Runs.Where(r => r.Id == run).Select(r => r.Status).SingleAsync(Cancel)));
    }

    [Fact]
    public async Task Runs_that_are_executed_while_their_Core_is_deleted_end_and_leave_nothing()
    {
        var admin = await (await world.NewTenantAsync()).AsAdminAsync();
        for (var round = 0; round < 4; round++)
        {
            var id = await admin.StartedCoreAsync(Counters.Yaml());
            var core = new Id<Core>(id);
            var calls = Enumerable.Range(0, 24).Select(i => admin.SendAsync(HttpMethod.Post, $"{TestCores.Base}/cores/{id}/events", new { input = new { customer = $"c{i % 4}" } })).ToList();
            await Task.WhenAll(calls.Take(6));

            Assert.Equal(HttpStatusCode.NoContent, (await admin.SendAsync(HttpMethod.Delete, $"{TestCores.Base}/cores/{id}")).Status);

            Assert.All(await Task.WhenAll(calls), call => Assert.Contains(call.Status, new[] { HttpStatusCode.Accepted, HttpStatusCode.NotFound }));
            Assert.Equal(0, await Eventually.BecomesAsync(() => world.Server.WithDbAsync(db => db.Runs.CountAsync(r => r.CoreId == core && r.FinishedAt == null, Cancel)), left => left == 0));
            Assert.Equal(0, await world.Server.WithDbAsync(db => db.Instances.CountAsync(i => i.CoreId == core, Cancel)));
        }
    }
}
