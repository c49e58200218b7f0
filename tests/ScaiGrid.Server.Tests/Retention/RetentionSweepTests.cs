using System.Net;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using ScaiGrid.Server.Features.Retention;
using ScaiGrid.Server.Features.Runs;
using ScaiGrid.Server.Kernel;
using ScaiGrid.Server.Tests.Cores;
using ScaiGrid.Server.Tests.Events;
using ScaiGrid.Server.Tests.Host;
using ScaiGrid.Server.Tests.Runs;

namespace ScaiGrid.Server.Tests.Retention;

/// <summary>What is over goes when its time has come, and nothing that goes on goes with it.</summary>
public sealed class RetentionSweepTests : IAsyncDisposable
{
    private readonly MovableClock _clock = new();
    private readonly World _world;

    public RetentionSweepTests() => _world = new(new TestServer(new() { ["Retention:Runs"] = "10.00:00:00", ["Retention:Events"] = "5.00:00:00" }, s => s.AddSingleton<TimeProvider>(_clock)));

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public ValueTask DisposeAsync() => _world.DisposeAsync();

    [Fact]
    public async Task A_run_that_is_over_goes_with_its_checkpoints_and_events_when_its_time_has_come()
    {
        var (acme, admin, id) = await StartedAsync(TestCores.Approval);
        var run = await AskedAsync(admin, id);
        await admin.ResolveAsync(run.At("checkpoints")[0].Text("id"), "approve");
        await admin.CompletedAsync(run);

        _clock.Advance(TimeSpan.FromDays(4));
        Assert.Equal((0, 0), await SweepAsync());
        _clock.Advance(TimeSpan.FromDays(2));
        var (runs, events) = await SweepAsync();
        Assert.Equal((0, true), (runs, events > 0));
        Assert.Empty(await admin.EventsAsync());
        Assert.Equal("completed", (await admin.GetDataAsync($"{TestCores.Base}/runs/{run.Text("id")}")).Text("status"));
        _clock.Advance(TimeSpan.FromDays(5));
        Assert.Equal((1, 0), await SweepAsync());

        await admin.RefusedAsync(HttpMethod.Get, $"{TestCores.Base}/runs/{run.Text("id")}", null, HttpStatusCode.NotFound, "RUN_NOT_FOUND");
        Assert.Equal(0, await _world.Server.WithDbAsync(db => db.Checkpoints.CountAsync(c => c.TenantId == acme.Tenant.Id, Cancel)));
    }

    [Fact]
    public async Task A_run_that_still_waits_stays_however_old_it_is()
    {
        var (_, admin, id) = await StartedAsync(TestCores.Approval);
        var run = await AskedAsync(admin, id);
        _clock.Advance(TimeSpan.FromDays(400));

        Assert.Equal(0, (await SweepAsync()).Runs);

        await admin.ResolveAsync(run.At("checkpoints")[0].Text("id"), "approve");
        Assert.Equal("Decision: approve", (await admin.CompletedAsync(run)).Text("output"));
        Assert.Equal(0, (await SweepAsync()).Runs); // its time begins when it ends
    }

    [Fact]
    public async Task A_run_stays_while_the_run_that_called_it_goes_on()
    {
        var (acme, admin, id) = await StartedAsync(TestCores.Approval);
        var caller = await AskedAsync(admin, id);
        var old = _clock.GetUtcNow();
        Run called = Over(new(caller.Text("id")!)), alone = Over(null);
        await _world.Server.WithDbAsync(db =>
        {
            db.Runs.AddRange(called, alone);
            return db.SaveChangesAsync(Cancel);
        });
        _clock.Advance(TimeSpan.FromDays(11));

        Assert.Equal(1, (await SweepAsync()).Runs);

        var kept = await _world.Server.WithDbAsync(db => db.Runs.Where(r => r.TenantId == acme.Tenant.Id).Select(r => r.Id).ToListAsync(Cancel));
        Assert.Equal(new[] { called.Id.Value, caller.Text("id") }.Order(StringComparer.Ordinal), kept.Select(k => k.Value).Order(StringComparer.Ordinal));

        Run Over(Id<Run>? by) => OverRun(acme, id, old, by);
    }

    [Fact]
    public async Task Many_runs_go_in_batches_and_those_of_every_tenant()
    {
        var (acme, _, id) = await StartedAsync(TestCores.Echo);
        var (other, _, theirs) = await StartedAsync(TestCores.Echo);
        var old = _clock.GetUtcNow();
        await _world.Server.WithDbAsync(db =>
        {
            foreach (var (tenant, core, count) in new[] { (acme, id, 1100), (other, theirs, 3) })
            {
                db.Runs.AddRange(Enumerable.Range(0, count).Select(_ => OverRun(tenant, core, old, null)));
            }

            return db.SaveChangesAsync(Cancel);
        });
        _clock.Advance(TimeSpan.FromDays(11));

        Assert.Equal(1103, (await SweepAsync()).Runs);
    }

    [Fact]
    public async Task Nothing_goes_where_it_is_kept_for_ever()
    {
        await using var world = new World(new TestServer(new() { ["Retention:Runs"] = "0", ["Retention:Events"] = "00:00:00" }, s => s.AddSingleton<TimeProvider>(_clock)));
        var admin = await (await world.NewTenantAsync()).AsAdminAsync();
        var id = await admin.StartedCoreAsync(TestCores.Echo);
        await admin.PostDataAsync($"{TestCores.Base}/cores/{id}/invoke");
        await admin.EventsAsync();
        _clock.Advance(TimeSpan.FromDays(3650));

        Assert.Equal((0, 0), await SweepAsync(world));
        Assert.NotEmpty(await admin.EventsAsync());
    }

    private Run OverRun(TestTenant tenant, string core, DateTimeOffset at, Id<Run>? calledBy) => new()
    {
        Id = new IdSource(_clock).New<Run>(),
        TenantId = tenant.Tenant.Id,
        CoreId = new(core),
        ProgramDigest = "d",
        FlowName = "f",
        Trigger = RunTrigger.Core,
        StartedBy = new("usr"),
        CalledBy = calledBy,
        Status = RunState.Completed,
        StartedAt = at,
        FinishedAt = at,
    };

    private Task<(int Runs, int Events)> SweepAsync(World? world = null) =>
        ActivatorUtilities.CreateInstance<RetentionSweep>((world ?? _world).Server.Services).SweepAsync(Cancel);

    private static Task<System.Text.Json.JsonElement> AskedAsync(HttpClient admin, string id) =>
        admin.PostDataAsync($"{TestCores.Base}/cores/{id}/invoke", new { input = new { message = "a taxi" } }, HttpStatusCode.Accepted);

    private async Task<(TestTenant Acme, HttpClient Admin, string Id)> StartedAsync(string yaml)
    {
        var acme = await _world.NewTenantAsync();
        var admin = await acme.AsAdminAsync();
        return (acme, admin, await admin.StartedCoreAsync(yaml));
    }
}
