using System.Net;
using Microsoft.EntityFrameworkCore;
using ScaiGrid.Server.Features.Runs;
using ScaiGrid.Server.Kernel;
using ScaiGrid.Server.Tests.Cores;
using ScaiGrid.Server.Tests.Host;
using static ScaiGrid.Server.Tests.Runs.Effects.OutsideWorld;

namespace ScaiGrid.Server.Tests.Runs.Effects;

public sealed class CoreCallTests(OutsideWorld outside) : IClassFixture<OutsideWorld>
{
    [Fact]
    public async Task A_call_of_a_Core_results_in_its_output()
    {
        var (acme, admin) = await TenantAsync();
        var sub = await SubAsync(admin, "- rigid: \"{{input.n * 2}}\"");
        var id = await StartAsync(admin, $"- {{ id: twice, core_call: {{ target: core://{acme}/{sub}, input: {{ n: \"{{{{input.n}}}}\" }} }} }}\n- rigid: \"{{{{twice}}}}!\"");

        var run = await InvokeAsync(admin, id, new { n = 21 });

        Assert.Equal("42!", run.Text("output"));
    }

    [Fact]
    public async Task A_called_run_tells_who_called_it_and_its_failure_is_the_callers()
    {
        var (acme, admin) = await TenantAsync();
        var sub = await SubAsync(admin, "- rigid: \"{{1 / 0}}\"");
        var id = await StartAsync(admin, $"- core_call: {{ target: core://{acme}/{sub} }}");

        var error = await FailAsync(admin, id);

        Assert.Equal("core_call_failed", error.Text("run_error"));
        Assert.EndsWith("(expression_fault)", error.Text("message"), StringComparison.Ordinal);
        var called = (await admin.GetDataAsync($"{TestCores.Base}/cores/{await IdOfAsync(admin, sub)}/runs")).At("items")[0];
        Assert.Equal(("failed", "core", error.Text("execution_id")), (called.Text("status"), called.Text("trigger"), called.Text("called_by")));
    }

    [Fact]
    public async Task A_call_that_does_not_wait_names_the_run_that_it_started()
    {
        var (acme, admin) = await TenantAsync();
        var sub = await SubAsync(admin, "- rigid: \"{{input.n}}\"");
        var id = await StartAsync(admin, $"- core_call: {{ target: core://{acme}/{sub}, input: {{ n: 5 }}, is_async: true }}");

        var run = await InvokeAsync(admin, id);

        var started = await Eventually.BecomesAsync(() => admin.GetDataAsync($"{TestCores.Base}/runs/{run.Text("output.run_id")}"), r => r.Text("status") == "completed");
        Assert.Equal((5, run.Text("id")), (started.At("output").GetInt32(), started.Text("called_by")));
    }

    [Fact]
    public async Task A_called_run_that_waits_for_a_person_lets_its_caller_wait_too()
    {
        var (acme, admin) = await TenantAsync();
        var sub = await SubAsync(admin, "- { id: ask, checkpoint: { prompt: ok } }\n- rigid: \"{{ask}}\"");
        var id = await StartAsync(admin, $"- {{ id: said, core_call: {{ target: core://{acme}/{sub} }} }}\n- rigid: \"He said {{{{said}}}}\"");

        var run = await InvokeAsync(admin, id, status: HttpStatusCode.Accepted);
        Assert.Equal("suspended", run.Text("status"));
        var asked = (await admin.GetDataAsync($"{TestCores.Base}/checkpoints")).At("items")[0];
        await admin.ResolveAsync(asked.Text("id"), "approve");

        Assert.Equal("He said approve", (await admin.CompletedAsync(run)).Text("output"));
        Assert.Equal(0, await outside.World.Server.WithDbAsync(db => db.Waits.CountAsync(w => w.RunId == new Id<Run>(run.Text("id")!))));
    }

    [Fact]
    public async Task A_caller_that_waits_too_long_fails()
    {
        var (acme, admin) = await TenantAsync();
        var sub = await SubAsync(admin, "- checkpoint: { prompt: ok }");
        var id = await StartAsync(admin, $"- core_call: {{ target: core://{acme}/{sub}, timeout: 1s }}");

        var run = await InvokeAsync(admin, id, status: HttpStatusCode.Accepted);

        var failed = await admin.RunBecomesAsync(run, "failed");
        Assert.Equal(("core_call_failed", "The run was not over in time. (timeout)"), (failed.Text("error.code"), failed.Text("error.message")));
    }

    [Fact]
    public async Task Cores_of_other_tenants_and_Cores_that_are_not_there_cannot_be_called()
    {
        var (other, stranger) = await TenantAsync();
        var theirs = await SubAsync(stranger, "- rigid: secret");
        var (acme, admin) = await TenantAsync();
        var stopped = await admin.CreateCoreAsync(TestCores.Echo);

        foreach (var (target, code) in ((string, string)[])[($"{other}/{theirs}", "core_not_found"), ($"{acme}/nobody", "core_not_found"), ($"{acme}/{stopped.Text("slug")}", "core_not_running")])
        {
            var id = await StartAsync(admin, $"- core_call: {{ target: core://{target} }}");
            Assert.EndsWith($"({code})", (await FailAsync(admin, id)).Text("message"), StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Cores_do_not_call_each_other_without_end()
    {
        var (acme, admin) = await TenantAsync();
        var core = await admin.CreateCoreAsync($"core:\n  name: Ouroboros\n  flows: [ {{ name: main, steps: [ {{ core_call: {{ target: core://{acme}/ouroboros }} }} ] }} ]\n");
        await admin.PostDataAsync($"{TestCores.Base}/cores/{core.Text("id")}/start");

        Assert.Contains("(depth_exceeded)", (await FailAsync(admin, core.Text("id")!)).Text("message"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_flow_an_instance_and_a_version_are_chosen()
    {
        var (acme, admin) = await TenantAsync();
        var desk = await admin.CreateCoreAsync("""
            core:
              name: Desk
              mode: entity
              entity_key: ticket
              flows:
                - { name: first, steps: [ { rigid: no } ] }
                - { name: second, steps: [ { rigid: "{{run.instance_key}}" } ] }
            """);
        var started = await admin.PostDataAsync($"{TestCores.Base}/cores/{desk.Text("id")}/start");
        var version = started.At("version").GetInt32();
        Task<string> CoreAsync(string with) => StartAsync(admin, $"- core_call: {{ target: core://{acme}/desk, {with} }}");

        Assert.Equal("T7", (await InvokeAsync(admin, await CoreAsync($"flow_name: second, instance_key: T7, version: \"{version}\""))).Text("output"));
        Assert.EndsWith("(core_not_found)", (await FailAsync(admin, await CoreAsync("flow_name: second, instance_key: T7, version: \"999\""))).Text("message"), StringComparison.Ordinal);
        Assert.EndsWith("(validation_error)", (await FailAsync(admin, await CoreAsync("flow_name: third, instance_key: T7"))).Text("message"), StringComparison.Ordinal);
        Assert.EndsWith("(validation_error)", (await FailAsync(admin, await CoreAsync("flow_name: second"))).Text("message"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_call_that_is_repeated_finds_the_run_that_it_started()
    {
        var (held, hold) = (new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously), new TaskCompletionSource<string>(TaskCreationOptions.RunContinuationsAsynchronously));
        await using var witness = new Witness
        {
            Answer = (seen, _) =>
            {
                if (seen.Url == "/slow" && held.TrySetResult())
                {
                    return hold.Task;
                }

                return Task.FromResult("{}");
            },
        };
        var (acme, admin) = await TenantAsync();
        var sub = await SubAsync(admin, $"- http_call: {{ url: \"{witness.Url}/once\" }}\n- rigid: \"{{{{run.id}}}}\"");
        var id = await StartAsync(admin, $"""
            - parallel:
                branches:
                  - {"{"} name: sub, steps: [ {"{"} core_call: {"{"} target: core://{acme}/{sub} {"}"} {"}"} ] {"}"}
                  - {"{"} name: slow, steps: [ {"{"} http_call: {"{"} url: "{witness.Url}/slow" {"}"} {"}"} ] {"}"}
            """);
        var asked = admin.SendAsync(HttpMethod.Post, $"{TestCores.Base}/cores/{id}/invoke", new { });
        await held.Task;
        await Eventually.BecomesAsync(() => outside.World.Server.WithDbAsync(db => db.Runs.CountAsync(r => r.CalledBy != null && r.Status == RunState.Completed && r.Trigger == RunTrigger.Core)), n => n > 0);
        var runId = witness.Seen.First(s => s.Url == "/slow").Key!.Split(':')[0];
        await outside.World.Server.WithDbAsync(db => db.RetryOnConflictAsync(async () =>
        {
            (await db.Runs.SingleAsync(r => r.Id == new Id<Run>(runId))).Owner = new("rep_dead");
            return await db.SaveChangesAsync();
        }));

        var run = await Eventually.BecomesAsync(() => admin.GetDataAsync($"{TestCores.Base}/runs/{runId}"), r => r.Text("status") == "completed");
        hold.SetResult("{}");
        await asked;

        Assert.Single(witness.Seen, s => s.Url == "/once");
        Assert.StartsWith("run_", run.Text("output.sub"), StringComparison.Ordinal);
    }

    private async Task<(string Slug, HttpClient Admin)> TenantAsync()
    {
        var acme = await outside.World.NewTenantAsync();
        return (acme.Tenant.Slug.Value, await acme.AsAdminAsync());
    }

    /// <returns>The slug of a running Core of these steps.</returns>
    private static async Task<string> SubAsync(HttpClient admin, string steps)
    {
        var id = await StartAsync(admin, steps);
        return (await admin.GetDataAsync($"{TestCores.Base}/cores/{id}")).Text("slug")!;
    }

    private static async Task<string> IdOfAsync(HttpClient admin, string slug) =>
        (await admin.GetDataAsync($"{TestCores.Base}/cores")).At("items").EnumerateArray().Single(c => c.Text("slug") == slug).Text("id")!;
}
