using System.Net;
using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using ScaiGrid.Runtime;
using ScaiGrid.Server.Features.Cores;
using ScaiGrid.Server.Features.Instances;
using ScaiGrid.Server.Features.Runs;
using ScaiGrid.Server.Features.Tenancy;
using ScaiGrid.Server.Features.Triggers;
using ScaiGrid.Server.Kernel;
using ScaiGrid.Server.Tests.Cores;
using ScaiGrid.Server.Tests.Host;
using ScaiGrid.Server.Tests.Runs;

namespace ScaiGrid.Server.Tests.Triggers;

public sealed class ScheduleTests : IAsyncDisposable
{
    private readonly MovableClock _clock = new();
    private readonly World _world;

    public ScheduleTests() => _world = new(new TestServer(services: s => s.AddSingleton<TimeProvider>(_clock)));

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private ScheduleClock Clock => ClockOf(_world.Server);

    public ValueTask DisposeAsync() => _world.DisposeAsync();

    [Fact]
    public async Task A_schedule_starts_a_run_at_its_time_and_goes_on_to_the_next()
    {
        var (admin, id) = await HourlyAsync();
        var first = (await TriggerAsync(admin, id)).At("next_fire_at").GetDateTimeOffset();
        Assert.Equal((0, true), (first.Minute, first > _clock.GetUtcNow() && first <= _clock.GetUtcNow().AddHours(1)));
        Assert.Equal(0, await Clock.FireAsync(Cancel));

        _clock.Advance(first - _clock.GetUtcNow());

        Assert.Equal((1, 0), (await Clock.FireAsync(Cancel), await Clock.FireAsync(Cancel)));
        var trigger = await TriggerAsync(admin, id);
        Assert.Equal((first, first.AddHours(1)), (trigger.At("last_fired_at").GetDateTimeOffset(), trigger.At("next_fire_at").GetDateTimeOffset()));
        var run = await admin.CompletedAsync(await admin.GetDataAsync($"{TestCores.Base}/runs/{trigger.Text("last_run_id")}"));
        Assert.Equal(("schedule", "hourly", id, $"7 {first:yyyy-MM-dd'T'HH:mm:ss'Z'}"), (run.Text("trigger"), run.Text("flow_name"), run.Text("started_by"), run.Text("output")));
    }

    [Fact]
    public async Task What_was_missed_while_no_server_ran_is_made_up_for_by_one_run()
    {
        var (admin, id) = await HourlyAsync();
        _clock.Advance(TimeSpan.FromDays(3));

        Assert.Equal((1, 0), (await Clock.FireAsync(Cancel), await Clock.FireAsync(Cancel)));

        Assert.Single(await RunsAsync(admin, id));
        Assert.InRange((await TriggerAsync(admin, id)).At("next_fire_at").GetDateTimeOffset(), _clock.GetUtcNow(), _clock.GetUtcNow().AddHours(1));
    }

    [Fact]
    public async Task However_many_look_at_once_a_time_starts_one_run()
    {
        var (admin, id) = await HourlyAsync();
        await using var other = _world.Server.AnotherReplica();
        await _world.Server.WithDbAsync(db => db.Schedules.ExecuteUpdateAsync(s => s.SetProperty(x => x.NextFireAt, DateTimeOffset.UtcNow.AddMinutes(-1)), Cancel));

        var started = await Task.WhenAll(Enumerable.Range(0, 8).Select(i => ClockOf(i % 2 == 0 ? _world.Server : other).FireAsync(Cancel)));

        Assert.InRange(started.Sum(), 0, 1); // the other's own clock may have been the first
        Assert.Single(await RunsAsync(admin, id));
    }

    [Theory]
    [InlineData("stop", "start")]
    [InlineData("pause", "resume")]
    public async Task While_a_Core_does_not_run_its_times_pass(string leave, string enter)
    {
        var (admin, id) = await HourlyAsync();
        await admin.PostDataAsync($"{TestCores.Base}/cores/{id}/{leave}");
        Assert.Equal(JsonValueKind.Null, (await TriggerAsync(admin, id)).At("next_fire_at").ValueKind);

        _clock.Advance(TimeSpan.FromHours(5));
        Assert.Equal(0, await Clock.FireAsync(Cancel));
        await admin.PostDataAsync($"{TestCores.Base}/cores/{id}/{enter}");

        Assert.Equal(0, await Clock.FireAsync(Cancel));
        Assert.True((await TriggerAsync(admin, id)).At("next_fire_at").GetDateTimeOffset() > _clock.GetUtcNow());
        Assert.Empty(await RunsAsync(admin, id));
    }

    [Fact]
    public async Task An_edit_changes_the_schedules_with_the_program_and_keeps_a_time_that_did_not_change()
    {
        var (admin, id) = await HourlyAsync();
        var next = (await TriggerAsync(admin, id)).At("next_fire_at").GetDateTimeOffset();
        _clock.Advance(TimeSpan.FromHours(2)); // it is due

        await admin.DataAsync(HttpMethod.Put, $"{TestCores.Base}/cores/{id}", new { name = "Another name" });
        Assert.Equal(next, (await TriggerAsync(admin, id)).At("next_fire_at").GetDateTimeOffset());

        await admin.DataAsync(HttpMethod.Put, $"{TestCores.Base}/cores/{id}", new { source = Source("0 0 1 1 *") });
        var yearly = await TriggerAsync(admin, id);
        Assert.Equal((1, "0 0 1 1 *"), (yearly.At("next_fire_at").GetDateTimeOffset().Month, yearly.Text("cron")));
        Assert.Equal(0, await Clock.FireAsync(Cancel));

        await admin.DataAsync(HttpMethod.Put, $"{TestCores.Base}/cores/{id}", new { source = new { core = new { name = "Clock", flows = new[] { new { name = "hourly", steps = new[] { new { rigid = "x" } } } } } } });
        Assert.Equal(0, await _world.Server.WithDbAsync(db => db.Schedules.CountAsync(Cancel)));
    }

    [Fact]
    public async Task A_deleted_Core_has_no_schedules()
    {
        var (admin, id) = await HourlyAsync();

        await admin.SendAsync(HttpMethod.Delete, $"{TestCores.Base}/cores/{id}");
        _clock.Advance(TimeSpan.FromHours(2));

        Assert.Equal(0, await Clock.FireAsync(Cancel));
        Assert.Equal(0, await _world.Server.WithDbAsync(db => db.Schedules.CountAsync(Cancel)));
    }

    [Fact]
    public async Task The_schedules_of_a_suspended_tenant_pass_and_say_why()
    {
        var (admin, id) = await HourlyAsync();
        await SuspendAsync(id, TenantStatus.Suspended);
        _clock.Advance(TimeSpan.FromHours(2));

        Assert.Equal((0, 0), (await Clock.FireAsync(Cancel), await Clock.FireAsync(Cancel)));

        await SuspendAsync(id, TenantStatus.Active);
        var trigger = await TriggerAsync(admin, id);
        Assert.Equal(("The tenant is suspended.", true), (trigger.Text("problem"), trigger.At("next_fire_at").GetDateTimeOffset() > _clock.GetUtcNow()));
    }

    [Fact]
    public async Task An_entity_that_is_not_told_is_a_problem_that_the_trigger_shows()
    {
        var (admin, id) = await ScheduledAsync(", mode: entity, entity_key: ticket");
        _clock.Advance(TimeSpan.FromHours(2));

        Assert.Equal(0, await Clock.FireAsync(Cancel));

        var trigger = await TriggerAsync(admin, id);
        Assert.StartsWith("input.ticket is required", trigger.Text("problem"), StringComparison.Ordinal);
        Assert.Empty(await RunsAsync(admin, id));
    }

    [Fact]
    public async Task A_singleton_takes_its_scheduled_runs_one_after_the_other()
    {
        var (admin, id) = await ScheduledAsync(", mode: singleton");
        for (var i = 0; i < 2; i++)
        {
            _clock.Advance(TimeSpan.FromHours(1));
            Assert.Equal(1, await Clock.FireAsync(Cancel));
        }

        foreach (var run in await RunsAsync(admin, id))
        {
            Assert.Equal("schedule", (await admin.CompletedAsync(run)).Text("trigger"));
        }
    }

    [Fact]
    public async Task A_schedule_that_the_server_fails_at_is_put_aside_and_tried_again_while_the_others_go_on()
    {
        var (admin, broken) = await HourlyAsync();
        var (_, sound) = await HourlyAsync();
        await DamageAsync(broken, "no JSON");
        _clock.Advance(TimeSpan.FromHours(1));

        Assert.Equal((1, 0), (await Clock.FireAsync(Cancel), await Clock.FireAsync(Cancel)));

        await DamageAsync(broken, "{}");
        var trigger = await TriggerAsync(admin, broken);
        Assert.Equal("The server could not start the run, and tries again.", trigger.Text("problem"));
        Assert.True(trigger.At("next_fire_at").GetDateTimeOffset() <= _clock.GetUtcNow());
        Assert.Equal(0, await Clock.FireAsync(Cancel)); // not yet
        _clock.Advance(TimeSpan.FromSeconds(3));
        Assert.Equal((1, 0), (await Clock.FireAsync(Cancel), await Clock.FireAsync(Cancel)));
        Assert.Equal(JsonValueKind.Null, (await TriggerAsync(admin, broken)).At("problem").ValueKind);
        Assert.NotEqual(sound, broken);
    }

    [Fact]
    public async Task A_time_that_no_run_came_of_is_not_shown_as_the_last_one()
    {
        var (admin, id) = await ScheduledAsync(", mode: singleton");
        await FillLineAsync(id);
        _clock.Advance(TimeSpan.FromHours(1));

        Assert.Equal(0, await Clock.FireAsync(Cancel));

        var trigger = await TriggerAsync(admin, id);
        Assert.Contains("wait already", trigger.Text("problem"), StringComparison.Ordinal);
        Assert.Equal((JsonValueKind.Null, JsonValueKind.Null, true),
            (trigger.At("last_fired_at").ValueKind, trigger.At("last_run_id").ValueKind, trigger.At("next_fire_at").GetDateTimeOffset() > _clock.GetUtcNow()));
        Assert.Empty(await RunsAsync(admin, id));
    }

    [Fact]
    public async Task An_event_that_is_told_again_after_the_Core_was_stopped_is_answered_with_its_run()
    {
        var (admin, id) = await HourlyAsync();
        admin.DefaultRequestHeaders.Add("Idempotency-Key", "order-8");
        var first = await admin.PostDataAsync($"{TestCores.Base}/cores/{id}/events", new { input = new { a = 1 } }, HttpStatusCode.Accepted);
        await admin.PostDataAsync($"{TestCores.Base}/cores/{id}/stop");

        var again = await admin.PostDataAsync($"{TestCores.Base}/cores/{id}/events", new { input = new { a = 1 } }, HttpStatusCode.Accepted);

        Assert.Equal(first.Text("id"), again.Text("id"));
    }

    [Fact]
    public async Task An_event_under_a_key_starts_one_run()
    {
        var (admin, id) = await HourlyAsync();
        admin.DefaultRequestHeaders.Add("Idempotency-Key", "order-7");

        var answers = await Task.WhenAll(Enumerable.Range(0, 6).Select(_ => admin.PostDataAsync($"{TestCores.Base}/cores/{id}/events", new { input = new { a = 1 } }, HttpStatusCode.Accepted)));

        Assert.Single(answers.Select(a => a.Text("id")).Distinct());
        await admin.RefusedAsync(HttpMethod.Post, $"{TestCores.Base}/cores/{id}/events", new { input = new { a = 2 } }, HttpStatusCode.Conflict, "IDEMPOTENCY_KEY_REUSED");
        Assert.Single(await RunsAsync(admin, id));
    }

    private static ScheduleClock ClockOf(TestServer server) => server.Services.GetServices<IHostedService>().OfType<ScheduleClock>().Single();

    private static object Source(string cron) => new { core = new { name = "Clock", flows = new[] { new { name = "hourly", trigger = new { type = "schedule", cron }, steps = new[] { new { rigid = "x" } } } } } };

    private Task<(HttpClient Admin, string Id)> HourlyAsync() => ScheduledAsync("");

    private async Task<(HttpClient Admin, string Id)> ScheduledAsync(string settings)
    {
        var admin = await (await _world.NewTenantAsync()).AsAdminAsync();
        return (admin, await admin.StartedCoreAsync($$$"""
            core: { name: Clock{{{settings}}}, flows: [ { name: hourly, trigger: { type: schedule, cron: "0 * * * *", timezone: Europe/Amsterdam, input: { n: 7 } }, steps: [ { id: s, rigid: "{{input.n}} {{input.scheduled_at}}" } ] } ] }
            """));
    }

    private Task<int> DamageAsync(string core, string environment) => _world.Server.WithDbAsync(db =>
        db.Database.ExecuteSqlAsync($"UPDATE cores SET environment = {environment}, version = version + 1 WHERE id = {core}", Cancel));

    private Task<int> FillLineAsync(string core) => _world.Server.WithDbAsync(async db =>
    {
        var tenant = await db.Cores.Where(c => c.Id == new Id<Core>(core)).Select(c => c.TenantId).SingleAsync(Cancel);
        var instance = db.Instances.Add(new() { TenantId = tenant, CoreId = new(core), Key = RunStart.Singleton, Revision = "1" }).Entity;
        var owner = _world.Server.Services.GetRequiredService<RunLeases>().Owner;
        for (var i = 0; i < Instance.MostInLine; i++)
        {
            instance.Enter(new(new($"run_{i}"), owner, Stored: false));
        }

        return await db.SaveChangesAsync(Cancel);
    });

    private Task<int> SuspendAsync(string core, TenantStatus status) => _world.Server.WithDbAsync(async db =>
    {
        var tenant = await db.Cores.Where(c => c.Id == new Id<Core>(core)).Select(c => c.TenantId).SingleAsync(Cancel);
        (await db.Tenants.SingleAsync(t => t.Id == tenant, Cancel)).Status = status;
        return await db.SaveChangesAsync(Cancel);
    });

    private static async Task<JsonElement> TriggerAsync(HttpClient admin, string id) => Assert.Single((await admin.GetDataAsync($"{TestCores.Base}/cores/{id}/triggers")).At("items").EnumerateArray());

    private static async Task<List<JsonElement>> RunsAsync(HttpClient admin, string id) => [.. (await admin.GetDataAsync($"{TestCores.Base}/cores/{id}/runs")).At("items").EnumerateArray()];
}
