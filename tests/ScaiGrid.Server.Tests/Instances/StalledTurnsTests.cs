using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using ScaiGrid.Server.Features.Cores;
using ScaiGrid.Server.Features.Instances;
using ScaiGrid.Server.Features.Runs;
using ScaiGrid.Server.Features.Tenancy;
using ScaiGrid.Server.Kernel;
using ScaiGrid.Server.Tests.Cores;
using ScaiGrid.Server.Tests.Host;
using ScaiGrid.Server.Tests.Runs;

namespace ScaiGrid.Server.Tests.Instances;

/// <summary>Stored runs that wait for a turn get it, whatever became of those who were to give it to them.</summary>
public sealed class StalledTurnsTests(World world)
{
    private readonly IdSource _ids = world.Server.Services.GetRequiredService<IdSource>();

    [Fact]
    public async Task A_run_that_waits_for_its_turn_and_stands_in_no_line_is_let_in()
    {
        var admin = await (await world.NewTenantAsync()).AsAdminAsync();
        var id = await admin.StartedCoreAsync(Counters.Yaml("        - set: { count: \"{{count + 1}}\" }"));
        var first = await admin.PostDataAsync($"{TestCores.Base}/cores/{id}/events", new { input = new { customer = "ada" } }, System.Net.HttpStatusCode.Accepted);
        await admin.CompletedAsync(first);

        var lost = await world.Server.WithDbAsync(async db =>
        {
            var model = await db.Runs.AsNoTracking().SingleAsync(r => r.Id == new Id<Run>(first.Text("id")!));
            var run = db.Runs.Add(NewRun(model.TenantId, model.CoreId, "ada", model.ProgramDigest, model.FlowName)).Entity;
            await db.SaveChangesAsync();
            return run.Id;
        });

        Assert.Equal(RunState.Completed, await Eventually.BecomesAsync(() => world.Server.WithDbAsync(db => db.Runs.Where(r => r.Id == lost).Select(r => r.Status).SingleAsync()), s => s != RunState.Queued && s != RunState.Running));
    }

    [Fact]
    public async Task Each_instance_is_looked_at_once_however_many_runs_wait_for_it()
    {
        var (tenant, core) = (_ids.New<Tenant>(), _ids.New<Core>());
        var (all, rest) = await world.Server.WithDbAsync(async db =>
        {
            await using var transaction = await db.Database.BeginTransactionAsync(); // nobody else is to see them
            db.Runs.AddRange(Enumerable.Range(0, 30).Select(i => NewRun(tenant, core, i == 0 ? "b" : i == 1 ? "c" : "a", "x", "f")));
            await db.SaveChangesAsync();
            var all = await StalledTurns.Waiting(db, new(tenant.Value, "", ""), 100).Where(w => w.TenantId == tenant.Value).ToListAsync();
            var rest = await StalledTurns.Waiting(db, all[0], 100).Where(w => w.TenantId == tenant.Value).ToListAsync();
            return (all, rest);
        });

        Assert.Equal(["a", "b", "c"], all.Select(w => w.Key));
        Assert.Equal(["b", "c"], rest.Select(w => w.Key));
    }

    [Fact]
    public async Task Instances_for_which_runs_wait_are_found_by_their_index()
    {
        var plan = await QueryPlan.OfAsync(world, db => StalledTurns.Waiting(db, StalledTurns.WaitingInstance.None, 100));

        Assert.Contains("ix_runs_tenant_id_core_id_instance_key", plan, StringComparison.Ordinal);
        Assert.DoesNotContain("TEMP B-TREE", plan, StringComparison.Ordinal);
    }

    private Run NewRun(Id<Tenant> tenant, Id<Core> core, string key, string program, string flow) => new()
    {
        Id = _ids.New<Run>(),
        TenantId = tenant,
        CoreId = core,
        ProgramDigest = program,
        FlowName = flow,
        Trigger = RunTrigger.Event,
        StartedBy = new("usr_1"),
        StartedAt = DateTimeOffset.UnixEpoch.AddDays(19_000),
        InstanceKey = key,
        Input = ScaiGrid.Flows.Language.Value.Object([new("customer", key)]),
        AwaitsTurn = true,
    };
}
