using System.Net;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using ScaiGrid.Server.Features.Checkpoints;
using ScaiGrid.Server.Tests.Cores;
using ScaiGrid.Server.Tests.Host;
using ScaiGrid.Server.Tests.Runs;

namespace ScaiGrid.Server.Tests.Checkpoints;

/// <summary>What happens when nobody answers in time.</summary>
public sealed class CheckpointExpiryTests : IAsyncDisposable
{
    private readonly MovableClock _clock = new();
    private readonly World _world;

    public CheckpointExpiryTests() => _world = new(new TestServer(services: s => s.AddSingleton<TimeProvider>(_clock)));

    public ValueTask DisposeAsync() => _world.DisposeAsync();

    [Fact]
    public async Task Unless_told_otherwise_the_run_fails()
    {
        var (admin, checkpoint) = await AskedAsync("timeout: 1h");
        await ExpireAfterAsync(TimeSpan.FromMinutes(59), 0);
        Assert.Equal("pending", (await ShownAsync(admin, checkpoint)).Text("status"));

        await ExpireAfterAsync(TimeSpan.FromMinutes(2), 1);

        Assert.Equal("checkpoint_expired", (await admin.RunAsync(checkpoint, "failed")).Text("error.code"));
        Assert.Equal("expired", (await ShownAsync(admin, checkpoint)).Text("status"));
        await admin.RefusedAsync(HttpMethod.Post, $"{TestCores.Base}/checkpoints/{checkpoint.Text("id")}/resolve", new { resolution = "approve" }, HttpStatusCode.Conflict, "CHECKPOINT_CLOSED");
        await ExpireAfterAsync(TimeSpan.FromHours(1), 0);
    }

    [Fact]
    public async Task An_option_is_taken_for_the_answer()
    {
        var (admin, checkpoint) = await AskedAsync("timeout: 1h, on_timeout: reject");

        await ExpireAfterAsync(TimeSpan.FromHours(2), 1);

        Assert.Equal("Decision: reject", (await admin.RunAsync(checkpoint, "completed")).Text("output"));
        var expired = await ShownAsync(admin, checkpoint);
        Assert.Equal(("expired", "reject", null), (expired.Text("status"), expired.Text("resolution"), expired.Text("resolved_by")));
    }

    [Fact]
    public async Task An_escalation_gives_it_to_another_more_urgently_and_for_ever()
    {
        var (admin, checkpoint) = await AskedAsync("timeout: 1h, on_timeout: escalate, escalation_target: 'group:bosses'");

        await ExpireAfterAsync(TimeSpan.FromHours(2), 1);

        var escalated = await ShownAsync(admin, checkpoint);
        Assert.Equal(("pending", "high", "group:bosses", "group"), (escalated.Text("status"), escalated.Text("priority"), escalated.Text("assignee_raw"), escalated.Text("assignee_type")));
        Assert.Equal(JsonValueKind.Null, escalated.At("expires_at").ValueKind);
        await ExpireAfterAsync(TimeSpan.FromDays(30), 0);
        await admin.ResolveAsync(checkpoint.Text("id"), "approve");
        Assert.Equal("Decision: approve", (await admin.RunAsync(checkpoint, "completed")).Text("output"));
    }

    [Fact]
    public async Task Expiring_and_answering_at_once_leave_one_outcome()
    {
        var (admin, checkpoint) = await AskedAsync("timeout: 1h, on_timeout: reject");
        _clock.Advance(TimeSpan.FromHours(2));

        var answering = admin.SendAsync(HttpMethod.Post, $"{TestCores.Base}/checkpoints/{checkpoint.Text("id")}/resolve", new { resolution = "approve" });
        await Task.WhenAll(Clock.ExpireAsync(TestContext.Current.CancellationToken), answering);

        var taken = (await answering).Status == HttpStatusCode.OK ? "approve" : "reject";
        Assert.Equal($"Decision: {taken}", (await admin.RunAsync(checkpoint, "completed")).Text("output"));
        Assert.Equal(taken, (await ShownAsync(admin, checkpoint)).Text("resolution"));
    }

    private CheckpointClock Clock => _world.Server.Services.GetServices<IHostedService>().OfType<CheckpointClock>().Single();

    private async Task ExpireAfterAsync(TimeSpan time, int expired)
    {
        _clock.Advance(time);
        Assert.Equal(expired, await Clock.ExpireAsync(TestContext.Current.CancellationToken));
    }

    private static Task<JsonElement> ShownAsync(HttpClient admin, JsonElement checkpoint) => admin.GetDataAsync($"{TestCores.Base}/checkpoints/{checkpoint.Text("id")}");

    private async Task<(HttpClient, JsonElement)> AskedAsync(string limits)
    {
        var admin = await (await _world.NewTenantAsync()).AsAdminAsync();
        var id = await admin.StartedCoreAsync(ResolveCheckpointTests.Asking("", $"options: [approve, reject], {limits}"));
        return (admin, (await admin.PostDataAsync($"{TestCores.Base}/cores/{id}/invoke", null, HttpStatusCode.Accepted)).At("checkpoints")[0]);
    }
}
