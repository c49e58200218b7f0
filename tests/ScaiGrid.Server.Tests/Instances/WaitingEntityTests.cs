using System.Net;
using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using ScaiGrid.Server.Features.Instances;
using ScaiGrid.Server.Features.Runs;
using ScaiGrid.Server.Kernel;
using ScaiGrid.Server.Tests.Cores;
using ScaiGrid.Server.Tests.Host;
using ScaiGrid.Server.Tests.Runs;

namespace ScaiGrid.Server.Tests.Instances;

/// <summary>A run that waits lets others of its entity come first, and goes on with what they left.</summary>
public sealed class WaitingEntityTests(World world)
{
    [Fact]
    public async Task While_a_run_waits_for_a_person_others_of_its_entity_are_executed()
    {
        var admin = await (await world.NewTenantAsync()).AsAdminAsync();
        var id = await admin.StartedCoreAsync(Counters.Yaml(
            "        - decision: [ { when: \"input.ask == true\", next: ask }, { when: \"true\", next: add } ]\n" + Counters.Ask + "\n        - { id: add, set: { count: \"{{count + (input.add ?? 0)}}\" } }"));
        var waiting = await AskAsync(admin, id, new { customer = "ada", ask = true, add = 100 });
        Assert.Equal(1, (await admin.MemoryAsync(id, "ada")).At("variables.count").GetInt32()); // what it did before it waited counts

        Assert.Equal("2", await admin.CountAsync(id, "ada"));
        Assert.Equal("3", await admin.CountAsync(id, "ada"));
        await admin.ResolveAsync(waiting.At("checkpoints")[0].Text("id"), "go");

        Assert.Equal("103", (await admin.CompletedAsync(waiting)).At("output").GetRawText());
        Assert.Equal("104", await admin.CountAsync(id, "ada"));
    }

    [Fact]
    public async Task A_run_that_fails_after_it_waited_leaves_what_the_others_did()
    {
        var admin = await (await world.NewTenantAsync()).AsAdminAsync();
        var id = await admin.StartedCoreAsync(Counters.Yaml(Counters.Ask + "\n        - set: { count: 99 }\n        - rigid: \"{{1 / 0}}\""));
        var (one, two) = (await AskAsync(admin, id, new { customer = "ada" }), await AskAsync(admin, id, new { customer = "ada" }));

        await admin.ResolveAsync(one.At("checkpoints")[0].Text("id"), "go");
        await admin.RunBecomesAsync(one, "failed");
        await admin.PostDataAsync($"{TestCores.Base}/runs/{two.Text("id")}/cancel");

        Assert.Equal(2, (await admin.MemoryAsync(id, "ada")).At("variables.count").GetInt32());
    }

    [Fact]
    public async Task Memory_that_was_cleared_while_a_run_waited_stays_cleared()
    {
        var admin = await (await world.NewTenantAsync()).AsAdminAsync();
        var id = await admin.StartedCoreAsync(Counters.Yaml(Counters.Ask + "\n        - set: { count: \"{{count + 10}}\" }"));
        var waiting = await AskAsync(admin, id, new { customer = "ada" });

        Assert.Equal(HttpStatusCode.NoContent, (await admin.SendAsync(HttpMethod.Delete, $"{TestCores.Base}/cores/{id}/memory/ada")).Status);
        await admin.ResolveAsync(waiting.At("checkpoints")[0].Text("id"), "go");

        Assert.Equal("10", (await admin.CompletedAsync(waiting)).At("output").GetRawText());
    }

    [Fact]
    public async Task A_queued_run_that_is_cancelled_lets_those_behind_it_go_on()
    {
        var acme = await world.NewTenantAsync();
        var admin = await acme.AsAdminAsync();
        var slug = $"slow/{acme.Tenant.Slug}";
        await acme.NewScriptedModelAsync(slug, """{"default":{"reply":"late","delay_ms":700}}""");
        var id = await admin.StartedCoreAsync(Counters.Slow(slug));
        var runs = new List<JsonElement>();
        for (var i = 0; i < 3; i++)
        {
            runs.Add(await admin.PostDataAsync($"{TestCores.Base}/cores/{id}/events", new { input = new { customer = "ada" } }, HttpStatusCode.Accepted));
        }

        await admin.PostDataAsync($"{TestCores.Base}/runs/{runs[1].Text("id")}/cancel");

        Assert.Equal("1", (await admin.CompletedAsync(runs[0])).At("output").GetRawText());
        Assert.Equal("2", (await admin.CompletedAsync(runs[2])).At("output").GetRawText());
    }

    [Fact]
    public async Task A_run_that_is_cancelled_while_it_is_executed_remembers_nothing_and_ends_its_turn()
    {
        var acme = await world.NewTenantAsync();
        var admin = await acme.AsAdminAsync();
        var slug = $"slow/{acme.Tenant.Slug}";
        await acme.NewScriptedModelAsync(slug, """{"default":{"reply":"late","delay_ms":3000}}""");
        var id = await admin.StartedCoreAsync(Counters.Slow(slug, "        - decision: [ { when: \"input.fast == true\", next: null }, { when: \"true\", next: think } ]\n" + Counters.Think));
        var run = await admin.PostDataAsync($"{TestCores.Base}/cores/{id}/events", new { input = new { customer = "ada" } }, HttpStatusCode.Accepted);
        var runId = new Id<Run>(run.Text("id")!);
        await Eventually.BecomesAsync(() => world.Server.WithDbAsync(db => db.Runs.AnyAsync(r => r.Id == runId && r.History != null)), begun => begun);

        await admin.PostDataAsync($"{TestCores.Base}/runs/{run.Text("id")}/cancel");
        await admin.PostDataAsync($"{TestCores.Base}/cores/{id}/invoke", new { input = new { customer = "ada", fast = true } });

        Assert.Equal(1, (await admin.MemoryAsync(id, "ada")).At("variables.count").GetInt32());
    }

    [Fact]
    public async Task A_queued_run_behind_a_caller_whose_process_ended_is_executed_though_nobody_waits_for_it()
    {
        var acme = await world.NewTenantAsync();
        var admin = await acme.AsAdminAsync();
        var id = await admin.StartedCoreAsync(Counters.Yaml());
        JsonElement run;
        await using (var other = world.Server.AnotherReplica())
        {
            var instance = new Instance { TenantId = acme.Tenant.Id, CoreId = new(id), Key = "ada", Revision = "m" };
            instance.Enter(new(new("run_lost"), other.Services.GetRequiredService<RunLeases>().Owner, Stored: false));
            await world.Server.WithDbAsync(db =>
            {
                db.Add(instance);
                return db.SaveChangesAsync();
            });
            run = await admin.PostDataAsync($"{TestCores.Base}/cores/{id}/events", new { input = new { customer = "ada" } }, HttpStatusCode.Accepted);
            Assert.True(await world.Server.WithDbAsync(db => db.Runs.AnyAsync(r => r.Id == new Id<Run>(run.Text("id")!) && r.AwaitsTurn)));
        }

        Assert.Equal("1", (await admin.CompletedAsync(run)).At("output").GetRawText());
    }

    [Fact]
    public async Task A_Core_that_calls_its_own_entity_waits_without_keeping_it_from_running()
    {
        var acme = await world.NewTenantAsync();
        var admin = await acme.AsAdminAsync();
        var id = await admin.StartedCoreAsync(Counters.Yaml($$$"""
                    - decision: [ { when: "input.deep == true", next: null }, { when: "true", next: again } ]
                    - { id: again, core_call: { target: "core://{{{acme.Tenant.Slug}}}/counter", input: { customer: "{{input.customer}}", deep: true } } }
            """));

        var run = await admin.PostDataAsync($"{TestCores.Base}/cores/{id}/events", new { input = new { customer = "ada" } }, HttpStatusCode.Accepted);

        Assert.Equal("2", (await admin.CompletedAsync(run)).At("output").GetRawText());
        Assert.Equal(2, (await admin.MemoryAsync(id, "ada")).At("variables.count").GetInt32());
    }

    private static async Task<JsonElement> AskAsync(HttpClient admin, string id, object input) =>
        await admin.PostDataAsync($"{TestCores.Base}/cores/{id}/invoke", new { input }, HttpStatusCode.Accepted);
}
