using System.Net;
using Microsoft.EntityFrameworkCore;
using ScaiGrid.Server.Features.Runs;
using ScaiGrid.Server.Kernel;
using ScaiGrid.Server.Tests.Cores;
using ScaiGrid.Server.Tests.Host;

namespace ScaiGrid.Server.Tests.Runs;

public sealed class OrphanedRunsTests
{
    [Fact]
    public async Task What_a_killed_process_left_in_its_folder_is_taken_up_at_once()
    {
        Assert.SkipWhen(TestServer.OnPostgres, "Only a database in the data folder belongs to one process.");
        var folder = Directory.CreateTempSubdirectory("scaigrid-").FullName;
        Id<Run> id;
        await using (var server = new TestServer(new() { ["DataDir"] = folder }))
        {
            var first = new World(server);
            var admin = await (await first.NewTenantAsync()).AsAdminAsync();
            var run = await admin.PostDataAsync($"{TestCores.Base}/cores/{await admin.StartedCoreAsync(TestCores.Echo)}/invoke", new { input = new { message = "Hi" }, wait = false }, HttpStatusCode.Accepted);
            await admin.CompletedAsync(run);
            id = new(run.Text("id")!);
            await server.WithDbAsync(async db =>
            {
                var row = await db.Runs.SingleAsync(r => r.Id == id);
                (row.Status, row.LeaseUntil, row.FinishedAt) = (RunState.Running, DateTimeOffset.UtcNow.AddHours(1), null);
                return await db.SaveChangesAsync();
            });
            Assert.Equal(0, await server.WithDbAsync(db => new OrphanedRuns(new() { DataDir = folder }).ReleaseAsync(db, TestContext.Current.CancellationToken)));
        }

        await using var second = new TestServer(new() { ["DataDir"] = folder });
        await Eventually.BecomesAsync(() => second.WithDbAsync(db => db.Runs.AsNoTracking().SingleAsync(r => r.Id == id)), r => r.Status == RunState.Completed);
    }
}
