using System.Net;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using ScaiGrid.Server.Features.Runs;
using ScaiGrid.Server.Features.Runs.Replicas;
using ScaiGrid.Server.Kernel;
using ScaiGrid.Server.Tests.Cores;
using ScaiGrid.Server.Tests.Host;

namespace ScaiGrid.Server.Tests.Runs.Replicas;

public sealed class TakeOverTests(World world)
{
    private static readonly CancellationToken Ct = TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_runs_of_a_living_process_are_left_to_it_and_those_of_one_that_died_are_taken_over()
    {
        var other = world.Server.Services.GetRequiredService<IdSource>().New<Replica>();
        var sign = world.Server.NewLock();
        await sign.HoldAsync(other, Ct);
        var run = await RunOfAsync(other, register: true);

        await LooksAsync();
        Assert.Equal("running", await StatusAsync(run));

        await sign.DisposeAsync();
        await Eventually.BecomesAsync(() => StatusAsync(run), s => s == "completed");
        Assert.False(await world.Server.WithDbAsync(db => db.Replicas.AnyAsync(r => r.Id == other)));
    }

    [Fact]
    public async Task A_process_that_was_taken_for_dead_loses_its_runs_and_begins_again_under_another_name()
    {
        await using var server = new TestServer();
        var (leases, heartbeat) = (server.Services.GetRequiredService<RunLeases>(), server.Services.GetRequiredService<Heartbeat>());
        var before = leases.Owner;
        var lease = leases.Hold(new("tnt_1"), new("run_1"));
        await server.WithDbAsync(db => db.Replicas.ExecuteDeleteAsync());

        await heartbeat.BeatAsync(Ct);

        Assert.True(lease.Lost.IsCancellationRequested);
        Assert.NotEqual(before, leases.Owner);
        Assert.Equal([leases.Owner], await server.WithDbAsync(db => db.Replicas.Select(r => r.Id).ToListAsync()));
        leases.LetGo(lease);
    }

    [Fact]
    public async Task A_run_whose_work_ended_by_a_fault_is_put_back_into_the_queue()
    {
        var leases = world.Server.Services.GetRequiredService<RunLeases>();
        var run = await RunOfAsync(leases.Owner);

        await world.Server.WithDbAsync(db => leases.HandBackAbandonedAsync(db, Ct)); // which happens by itself every few seconds, too

        await Eventually.BecomesAsync(() => StatusAsync(run), s => s == "completed");
    }

    [Fact]
    public async Task A_run_that_another_process_cancelled_is_lost_to_this_one()
    {
        var leases = world.Server.Services.GetRequiredService<RunLeases>();
        var (kept, cancelled) = (await RunOfAsync(leases.Owner), await RunOfAsync(leases.Owner));
        var (mine, lost) = (Stored(kept), Stored(cancelled));
        await ChangeAsync(cancelled, r => r.Cancel(DateTimeOffset.UtcNow));

        await world.Server.WithDbAsync(async db =>
        {
            await leases.CheckAsync(db, TimeSpan.Zero, Ct);
            return 0;
        });

        Assert.Equal((false, true), (mine.Lost.IsCancellationRequested, lost.Lost.IsCancellationRequested));
        leases.LetGo(mine);
        leases.LetGo(lost);
        await ChangeAsync(kept, r => r.Cancel(DateTimeOffset.UtcNow));

        RunLease Stored(Id<Run> run)
        {
            var lease = leases.Hold(new("tnt_1"), run);
            leases.Stored(lease);
            return lease;
        }
    }

    [Fact]
    public async Task A_process_that_stops_leaves_the_list()
    {
        var server = new TestServer();
        await using var other = server.AnotherReplica();
        var owner = server.Services.GetRequiredService<RunLeases>().Owner;
        _ = other.Services;
        Assert.Equal(2, await server.WithDbAsync(db => db.Replicas.CountAsync()));

        await other.DisposeAsync();

        Assert.Equal([owner], await server.WithDbAsync(db => db.Replicas.Select(r => r.Id).ToListAsync()));
        await server.DisposeAsync();
    }

    /// <summary>A run that names the process and is to be begun.</summary>
    private async Task<Id<Run>> RunOfAsync(Id<Replica> owner, bool register = false)
    {
        var admin = await (await world.NewTenantAsync()).AsAdminAsync();
        var core = await admin.StartedCoreAsync(TestCores.Echo);
        var run = await admin.PostDataAsync($"{TestCores.Base}/cores/{core}/invoke", new { input = new { message = "Hi" }, wait = false }, HttpStatusCode.Accepted);
        await admin.CompletedAsync(run);
        var id = new Id<Run>(run.Text("id")!);
        await world.Server.WithDbAsync(async db =>
        {
            if (register)
            {
                db.Replicas.Add(new() { Id = owner, StartedAt = DateTimeOffset.UtcNow });
            }

            var row = await db.Runs.SingleAsync(r => r.Id == id);
            (row.Status, row.Owner, row.FinishedAt) = (RunState.Running, owner, null);
            return await db.SaveChangesAsync();
        });
        return id;
    }

    /// <summary>Until every process has looked at least once.</summary>
    private async Task LooksAsync()
    {
        var fresh = await RunOfAsync(new("rep_never"));
        await Eventually.BecomesAsync(() => StatusAsync(fresh), s => s == "completed");
    }

    private Task<string> StatusAsync(Id<Run> id) =>
        world.Server.WithDbAsync(async db => (await db.Runs.AsNoTracking().SingleAsync(r => r.Id == id)).Status.ToString().ToLowerInvariant());

    private Task<int> ChangeAsync(Id<Run> id, Action<Run> change) => world.Server.WithDbAsync(db => db.RetryOnConflictAsync(async () =>
    {
        change(await db.Runs.SingleAsync(r => r.Id == id));
        return await db.SaveChangesAsync();
    }));
}
