using System.Net;
using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using ScaiGrid.Flows.Language;
using ScaiGrid.Server.Data;
using ScaiGrid.Server.Features.Runs;
using ScaiGrid.Server.Features.Runs.Replicas;
using ScaiGrid.Server.Kernel;
using ScaiGrid.Server.Tests.Cores;
using ScaiGrid.Server.Tests.Host;
using ScaiGrid.Server.Tests.Runs.Replicas;

namespace ScaiGrid.Server.Tests.Runs;

/// <summary>Queued runs outlive the worker that has them, and are never worked on twice.</summary>
public sealed class RunTakeOverTests(World world) : IAsyncDisposable
{
    private readonly List<IReplicaLock> _locks = [];

    /// <summary>No such process is at work.</summary>
    private static readonly Id<Replica> Dead = new("rep_dead");

    public async ValueTask DisposeAsync()
    {
        foreach (var held in _locks)
        {
            await held.DisposeAsync();
        }
    }

    [Fact]
    public async Task A_run_whose_worker_died_is_taken_over()
    {
        var admin = await (await world.NewTenantAsync()).AsAdminAsync();
        var id = await admin.StartedCoreAsync(TestCores.Echo);
        var run = await admin.PostDataAsync($"{TestCores.Base}/cores/{id}/invoke", new { input = new { message = "Hi" }, wait = false }, HttpStatusCode.Accepted);
        await admin.CompletedAsync(run);

        await ChangeAsync(run, r =>
        {
            (r.Status, r.Owner, r.FinishedAt, r.Output) = (RunState.Running, Dead, null, default);
        });

        Assert.Equal("You said: Hi", (await admin.CompletedAsync(run)).Text("output"));
    }

    [Fact]
    public async Task A_worker_that_died_between_history_and_row_leaves_a_run_that_can_still_be_answered()
    {
        var admin = await (await world.NewTenantAsync()).AsAdminAsync();
        var id = await admin.StartedCoreAsync(TestCores.Approval);
        var run = await admin.PostDataAsync($"{TestCores.Base}/cores/{id}/events", new { input = new { message = "x" } }, HttpStatusCode.Accepted);
        var first = (await admin.RunBecomesAsync(run, "suspended")).At("checkpoints")[0].Text("id");
        await world.Server.WithDbAsync(db => db.Checkpoints.Where(c => c.ExecutionId == new Id<Run>(run.Text("id")!)).ExecuteDeleteAsync());
        await ChangeAsync(run, r => (r.Status, r.Owner, r.History) = (RunState.Running, Dead, null));

        var second = (await admin.RunBecomesAsync(run, "suspended")).At("checkpoints")[0].Text("id");
        await admin.ResolveAsync(second, "approve");

        Assert.NotEqual(first, second);
        Assert.Equal("Decision: approve", (await admin.CompletedAsync(run)).Text("output"));
    }

    [Fact]
    public async Task A_worker_whose_run_was_taken_over_changes_nothing_any_more()
    {
        var acme = await world.NewTenantAsync();
        var admin = await acme.AsAdminAsync();
        var slug = $"slow/{acme.Tenant.Slug}";
        await acme.NewScriptedModelAsync(slug, """{"default":{"reply":"late","delay_ms":500}}""");
        var id = await admin.StartedCoreAsync(RunModelTests.Asking(slug));
        var run = await admin.PostDataAsync($"{TestCores.Base}/cores/{id}/events", new { input = new { message = "x" } }, HttpStatusCode.Accepted);
        await admin.CompletedAsync(run);
        var (mine, others) = (await NewReplicaAsync(), await NewReplicaAsync());
        await ChangeAsync(run, r => (r.Status, r.Owner, r.FinishedAt, r.Output) = (RunState.Running, mine, null, "kept"));
        using var lease = new RunLease(acme.Tenant.Id, new(run.Text("id")!), mine);
        var working = world.Server.Services.GetRequiredService<RunStep>().ExecuteAsync(lease);
        await ChangeAsync(run, r => r.Owner = others);

        Assert.False(await working);

        await world.Server.WithDbAsync(async db =>
        {
            var row = await db.Runs.AsNoTracking().SingleAsync(r => r.Id == new Id<Run>(run.Text("id")!));
            Assert.Equal((RunState.Running, others, (Value)"kept"), (row.Status, row.Owner, row.Output));
            return 0;
        });
    }

    [Fact]
    public async Task Two_servers_execute_each_queued_run_once()
    {
        var acme = await world.NewTenantAsync();
        var admin = await acme.AsAdminAsync();
        var slug = $"once/{acme.Tenant.Slug}";
        await acme.NewScriptedModelAsync(slug, """{"default":{"reply":"done"}}""");
        var id = await admin.StartedCoreAsync(RunModelTests.Asking(slug));
        await using var other = world.Server.AnotherReplica();
        _ = other.Services;

        var runs = await Task.WhenAll(Enumerable.Range(0, 20).Select(i =>
            admin.PostDataAsync($"{TestCores.Base}/cores/{id}/events", new { input = new { message = $"{i}" } }, HttpStatusCode.Accepted)));
        foreach (var run in runs)
        {
            await admin.CompletedAsync(run);
        }

        await other.Services.GetRequiredService<WriteBehind>().FlushAsync(TestContext.Current.CancellationToken);
        Assert.Equal(runs.Select(r => r.Text("id")).Order(), (await world.UsageAsync(acme)).Select(u => u.RunId).Order());
    }

    [Fact]
    public async Task A_run_that_waits_finishes_on_the_program_that_it_began_with()
    {
        var admin = await (await world.NewTenantAsync()).AsAdminAsync();
        var id = await admin.StartedCoreAsync(TestCores.Approval);
        var run = await admin.PostDataAsync($"{TestCores.Base}/cores/{id}/invoke", new { input = new { message = "x" } }, HttpStatusCode.Accepted);

        await admin.DataAsync(HttpMethod.Put, $"{TestCores.Base}/cores/{id}", new { source = JsonElement.Parse("""{"core":{"name":"E","flows":[{"name":"other","steps":[{"id":"s","rigid":"New"}]}]}}""") });
        Assert.Equal("New", (await admin.PostDataAsync($"{TestCores.Base}/cores/{id}/invoke")).Text("output"));
        await admin.ResolveAsync(run.At("checkpoints")[0].Text("id"), "reject");

        Assert.Equal("Decision: reject", (await admin.CompletedAsync(run)).Text("output"));
    }

    [Fact]
    public void A_run_is_held_as_long_as_its_row_names_the_process()
    {
        using var lease = new RunLease(new("tnt_1"), new("run_1"), new("rep_1"));

        Assert.True(lease.Holds(Row(RunState.Running, new("rep_1"))));
        Assert.False(lease.Holds(Row(RunState.Running, new("rep_2"))));
        Assert.False(lease.Holds(Row(RunState.Cancelled, new("rep_1"))));
        Assert.False(lease.Holds(Row(RunState.Queued, null)));
    }

    private static Run Row(RunState state, Id<Replica>? owner) => new()
    {
        Id = new("run_1"),
        TenantId = new("tnt_1"),
        CoreId = new("core_1"),
        ProgramDigest = "x",
        FlowName = "f",
        Trigger = RunTrigger.Api,
        StartedBy = new("usr_1"),
        StartedAt = DateTimeOffset.UnixEpoch,
        Status = state,
        Owner = owner,
    };

    /// <summary>One that lives as long as its test.</summary>
    private async Task<Id<Replica>> NewReplicaAsync()
    {
        var id = world.Server.Services.GetRequiredService<IdSource>().New<Replica>();
        var sign = world.Server.NewLock();
        _locks.Add(sign);
        await sign.HoldAsync(id, TestContext.Current.CancellationToken);
        await world.Server.WithDbAsync(db =>
        {
            db.Replicas.Add(new() { Id = id, StartedAt = DateTimeOffset.UnixEpoch });
            return db.SaveChangesAsync();
        });
        return id;
    }

    private Task<int> ChangeAsync(JsonElement run, Action<Run> change) => world.Server.WithDbAsync(db => db.RetryOnConflictAsync(async () =>
    {
        change(await db.Runs.SingleAsync(r => r.Id == new Id<Run>(run.Text("id")!)));
        return await db.SaveChangesAsync();
    }));
}
