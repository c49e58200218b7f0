using System.Net;
using Microsoft.EntityFrameworkCore;
using ScaiGrid.Server.Features.Runs;
using ScaiGrid.Server.Kernel;
using ScaiGrid.Server.Tests.Cores;
using ScaiGrid.Server.Tests.Host;

namespace ScaiGrid.Server.Tests.Runs;

/// <summary>Runs as they stand on record, and how they are ended from outside.</summary>
public sealed class RunRecordTests(World world)
{
    [Fact]
    public async Task Runs_are_listed_by_page_and_state_the_newest_first()
    {
        var admin = await (await world.NewTenantAsync()).AsAdminAsync();
        var id = await admin.StartedCoreAsync(InvokeTests.Raising.Replace("'a' < 1", "input.n < 5", StringComparison.Ordinal));
        for (var i = 0; i < 5; i++)
        {
            await admin.SendAsync(HttpMethod.Post, $"{TestCores.Base}/cores/{id}/invoke", new { input = new { text = "", n = i < 3 ? (object)i : "x" } });
        }

        var page = (await admin.SendAsync(HttpMethod.Get, $"{TestCores.Base}/cores/{id}/runs?limit=3")).Body;
        var rest = await admin.GetDataAsync($"{TestCores.Base}/cores/{id}/runs?limit=3&cursor={page.Text("pagination.next_cursor")}");

        Assert.Equal(["failed", "failed", "completed"], page.At("data.items").EnumerateArray().Select(r => r.Text("status")));
        Assert.Equal([1, 0], rest.At("items").EnumerateArray().Select(r => r.At("input.n").GetInt32()));
        Assert.Equal(2, (await admin.GetDataAsync($"{TestCores.Base}/cores/{id}/runs?status=failed")).At("items").GetArrayLength());
    }

    [Theory]
    [InlineData("GET", "")]
    [InlineData("GET", "/steps")]
    [InlineData("POST", "/cancel")]
    public async Task To_another_tenant_a_run_does_not_exist(string method, string path)
    {
        var acme = await world.NewTenantAsync();
        var admin = await acme.AsAdminAsync();
        var run = await admin.PostDataAsync($"{TestCores.Base}/cores/{await admin.StartedCoreAsync(TestCores.Approval)}/invoke", null, HttpStatusCode.Accepted);
        var stranger = await (await world.NewTenantAsync(acme.Partner)).AsAdminAsync();

        await stranger.RefusedAsync(new(method), $"{TestCores.Base}/runs/{run.Text("id")}{path}", null, HttpStatusCode.NotFound, "RUN_NOT_FOUND");
    }

    [Fact]
    public async Task A_waiting_run_is_cancelled_with_its_questions_and_only_once()
    {
        var admin = await (await world.NewTenantAsync()).AsAdminAsync();
        var id = await admin.StartedCoreAsync(TestCores.Approval);
        var run = await admin.PostDataAsync($"{TestCores.Base}/cores/{id}/invoke", null, HttpStatusCode.Accepted);

        var cancelled = await admin.PostDataAsync($"{TestCores.Base}/runs/{run.Text("id")}/cancel");

        Assert.Equal(("cancelled", "cancelled"), (cancelled.Text("status"), cancelled.Text("error.code")));
        var checkpoint = run.At("checkpoints")[0].Text("id");
        Assert.Equal("cancelled", (await admin.GetDataAsync($"{TestCores.Base}/checkpoints/{checkpoint}")).Text("status"));
        await admin.RefusedAsync(HttpMethod.Post, $"{TestCores.Base}/checkpoints/{checkpoint}/resolve", new { resolution = "approve" }, HttpStatusCode.Conflict, "CHECKPOINT_CLOSED");
        await admin.RefusedAsync(HttpMethod.Post, $"{TestCores.Base}/runs/{run.Text("id")}/cancel", null, HttpStatusCode.Conflict, "RUN_FINISHED");
    }

    [Fact]
    public async Task A_run_that_is_executed_can_be_cancelled_and_stays_so()
    {
        var acme = await world.NewTenantAsync();
        var admin = await acme.AsAdminAsync();
        await acme.NewScriptedModelAsync($"slow/{acme.Tenant.Slug}", """{"default":{"reply":"late","delay_ms":700}}""");
        var id = await admin.StartedCoreAsync(RunModelTests.Asking($"slow/{acme.Tenant.Slug}"));
        var run = await admin.PostDataAsync($"{TestCores.Base}/cores/{id}/events", new { input = new { message = "x" } }, HttpStatusCode.Accepted);
        var runId = new Id<Run>(run.Text("id")!);
        await Eventually.BecomesAsync(() => world.Server.WithDbAsync(db => db.Runs.AnyAsync(r => r.Id == runId && r.History != null)), begun => begun); // it is about to ask the model

        await admin.PostDataAsync($"{TestCores.Base}/runs/{run.Text("id")}/cancel");

        await Eventually.BecomesAsync(() => world.UsageAsync(acme), used => used.Count == 1); // the worker has come to its end
        Assert.Equal("cancelled", (await admin.GetDataAsync($"{TestCores.Base}/runs/{run.Text("id")}")).Text("status"));
    }

    [Fact]
    public async Task A_finished_run_cannot_be_cancelled()
    {
        var admin = await (await world.NewTenantAsync()).AsAdminAsync();
        var run = await admin.PostDataAsync($"{TestCores.Base}/cores/{await admin.StartedCoreAsync(TestCores.Echo)}/invoke", null);

        await admin.RefusedAsync(HttpMethod.Post, $"{TestCores.Base}/runs/{run.Text("id")}/cancel", null, HttpStatusCode.Conflict, "RUN_FINISHED");
    }
}
