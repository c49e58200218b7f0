using System.Net;
using Microsoft.EntityFrameworkCore;
using ScaiGrid.Flows.Language;
using ScaiGrid.Server.Features.Cores;
using ScaiGrid.Server.Kernel;
using ScaiGrid.Server.Tests.Host;

namespace ScaiGrid.Server.Tests.Cores;

public sealed class CoreLifecycleTests(World world)
{
    private static readonly DateTimeOffset Now = DateTimeOffset.UnixEpoch;

    // Every state and what it becomes by start, stop, pause, resume and restart; '-' = refused.
    [Theory]
    [InlineData("created", "running - - - -")]
    [InlineData("starting", "- - - - -")]
    [InlineData("running", "- stopped paused - running")]
    [InlineData("paused", "- - - running -")]
    [InlineData("stopping", "- - - - -")]
    [InlineData("stopped", "running - - - -")]
    [InlineData("error", "running - - - -")]
    [InlineData("crashed", "- - - - running")]
    [InlineData("restarting", "- - - - -")]
    public void An_action_leads_where_the_table_says_and_is_refused_elsewhere(string state, string outcomes)
    {
        foreach (var (action, expected) in Enum.GetValues<CoreAction>().Zip(outcomes.Split(' ')))
        {
            var core = In(state);

            if (core.Act(action, null, Now).Succeeded(out var status, out var error))
            {
                Assert.Equal(expected, status.ToString().ToLowerInvariant());
                Assert.Equal((status, 2), (core.Status, core.Version));
            }
            else
            {
                Assert.True(expected == "-", $"{action}: {error.Message}");
                Assert.Equal(CoreErrors.InvalidTransition, error.Type);
                Assert.Equal((state, 1), (core.Status.ToString().ToLowerInvariant(), core.Version));
            }
        }
    }

    [Theory]
    [InlineData("created", "Start", "Error")]
    [InlineData("crashed", "Restart", "Error")]
    [InlineData("running", "Stop", "Stopped")]
    [InlineData("running", "Pause", "Paused")]
    public void An_unsound_program_does_not_begin_but_can_always_be_stopped(string state, string action, string expected)
    {
        var core = In(state);

        Assert.True(core.Act(Enum.Parse<CoreAction>(action), CoreErrors.InvalidSource.With("It is empty."), Now).Succeeded(out var status, out _));

        Assert.Equal(expected, status.ToString());
    }

    [Theory]
    [InlineData("created", true)]
    [InlineData("starting", false)]
    [InlineData("running", true)]
    [InlineData("error", false)]
    [InlineData("stopped", true)]
    [InlineData("crashed", true)]
    public void What_somebody_should_look_at_is_deleted_by_force_only(string state, bool isDeleted)
    {
        Assert.Equal(isDeleted, In(state).RefuseDelete(force: false) is null);
        Assert.Null(In(state).RefuseDelete(force: true));
    }

    [Fact]
    public async Task A_Core_goes_through_its_life_by_calls()
    {
        var (_, admin, id) = await world.NewCoreAsync(TestCores.Echo);

        foreach (var (action, state) in ((string, string)[])[("start", "running"), ("pause", "paused"), ("resume", "running"), ("restart", "running"), ("stop", "stopped"), ("start", "running")])
        {
            Assert.Equal(state, (await admin.PostDataAsync($"{TestCores.Base}/cores/{id}/{action}")).Text("status"));
        }

        var error = await admin.RefusedAsync(HttpMethod.Post, $"{TestCores.Base}/cores/{id}/start", null, HttpStatusCode.Conflict, "INVALID_TRANSITION");
        Assert.Contains("running", error.Text("message"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Starting_an_empty_Core_says_why_and_leaves_it_in_error_until_it_is_mended()
    {
        var (_, admin, id) = await world.NewCoreAsync(new { name = "A" });
        var core = $"{TestCores.Base}/cores/{id}";

        await admin.RefusedAsync(HttpMethod.Post, $"{core}/start", null, HttpStatusCode.BadRequest, "INVALID_SOURCE_IR");
        Assert.Equal("error", (await admin.GetDataAsync(core)).Text("status"));
        await admin.RefusedAsync(HttpMethod.Delete, core, null, HttpStatusCode.Conflict, "INVALID_TRANSITION");

        await admin.DataAsync(HttpMethod.Put, core, new { source = new { core = new { name = "A", flows = new[] { new { name = "f", steps = new[] { new { id = "s", rigid = "x" } } } } } } });
        Assert.Equal("running", (await admin.PostDataAsync($"{core}/start")).Text("status"));
    }

    [Fact]
    public async Task A_Core_whose_stored_program_has_become_unreadable_is_left_in_error()
    {
        var (acme, admin, id) = await world.NewCoreAsync(TestCores.Echo);
        await ChangeRowAsync(acme, id, core => core.Source = Value.FromJson("""{"core":{}}"""));

        await admin.RefusedAsync(HttpMethod.Post, $"{TestCores.Base}/cores/{id}/start", null, HttpStatusCode.BadRequest, "INVALID_SOURCE_IR");
        Assert.Equal("error", (await admin.GetDataAsync($"{TestCores.Base}/cores/{id}")).Text("status"));
        Assert.Equal(HttpStatusCode.NoContent, (await admin.SendAsync(HttpMethod.Delete, $"{TestCores.Base}/cores/{id}?force=true")).Status);
    }

    [Fact]
    public async Task A_Core_whose_secrets_lost_their_key_is_left_in_error()
    {
        var (acme, admin, id) = await world.NewCoreAsync(TestCores.Echo);
        await ChangeRowAsync(acme, id, core => core.Environment = Value.FromJson("""{"KEY":{"type":"secret","value":"not a ciphertext"}}"""));

        var error = await admin.RefusedAsync(HttpMethod.Post, $"{TestCores.Base}/cores/{id}/start", null, HttpStatusCode.BadRequest, "INVALID_SOURCE_IR");

        Assert.Equal("environment", Assert.Single(error.GetProperty("details").EnumerateArray()).Text("field"));
    }

    [Fact]
    public async Task Of_many_starts_one_is_taken()
    {
        var (_, admin, id) = await world.NewCoreAsync(TestCores.Echo);

        var answers = await Task.WhenAll(Enumerable.Range(0, 10).Select(_ => admin.SendAsync(HttpMethod.Post, $"{TestCores.Base}/cores/{id}/start")));

        Assert.Single(answers, a => a.Status == HttpStatusCode.OK);
        Assert.Equal(9, answers.Count(a => a.Status == HttpStatusCode.Conflict));
    }

    [Fact]
    public async Task Deleting_ends_what_waits_and_keeps_its_record()
    {
        var admin = await (await world.NewTenantAsync()).AsAdminAsync();
        var id = await admin.StartedCoreAsync(TestCores.Approval);
        var run = await admin.PostDataAsync($"{TestCores.Base}/cores/{id}/invoke", null, HttpStatusCode.Accepted);

        Assert.Equal(HttpStatusCode.NoContent, (await admin.SendAsync(HttpMethod.Delete, $"{TestCores.Base}/cores/{id}")).Status);

        var ended = await admin.GetDataAsync($"{TestCores.Base}/runs/{run.Text("id")}");
        Assert.Equal(("cancelled", "cancelled"), (ended.Text("status"), ended.Text("error.code")));
        Assert.Equal("cancelled", (await admin.GetDataAsync($"{TestCores.Base}/checkpoints/{run.At("checkpoints")[0].Text("id")}")).Text("status"));
        await admin.RefusedAsync(HttpMethod.Get, $"{TestCores.Base}/cores/{id}", null, HttpStatusCode.NotFound, "CORE_NOT_FOUND");
        await admin.RefusedAsync(HttpMethod.Delete, $"{TestCores.Base}/cores/{id}", null, HttpStatusCode.NotFound, "CORE_NOT_FOUND");
    }

    private Task<int> ChangeRowAsync(TestTenant acme, string id, Action<Core> change) => world.Server.WithDbAsync(async db =>
    {
        change(await db.Cores.SingleAsync(c => c.TenantId == acme.Tenant.Id && c.Id == new Id<Core>(id)));
        return await db.SaveChangesAsync();
    });

    private static Core In(string state)
    {
        var core = new Core { Id = new("core_1"), TenantId = new("tnt_1"), Name = "A", Slug = new("a"), CreatedBy = new("usr_1"), CreatedAt = Now };
        typeof(Core).GetProperty(nameof(Core.Status))!.SetValue(core, Enum.Parse<CoreStatus>(state, ignoreCase: true));
        return core;
    }
}
