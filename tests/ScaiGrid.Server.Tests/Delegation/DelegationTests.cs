using System.Net;
using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using ScaiGrid.Server.Access;
using ScaiGrid.Server.Features.Cores;
using ScaiGrid.Server.Features.Delegation;
using ScaiGrid.Server.Features.Tenancy;
using ScaiGrid.Server.Kernel;
using ScaiGrid.Server.Tests.Cores;
using ScaiGrid.Server.Tests.Host;
using ScaiGrid.Server.Tests.Runs;
using ScaiGrid.Server.Tests.Runs.Effects;
using static ScaiGrid.Server.Tests.Runs.Effects.OutsideWorld;

namespace ScaiGrid.Server.Tests.Delegation;

/// <summary>A Core acts as a user, within what both of them may, until that is over.</summary>
public sealed class DelegationTests(OutsideWorld outside) : IClassFixture<OutsideWorld>
{
    private const string Post = "- { id: entry, plugin_call: { alias: ledger, method: post, args: {} } }";

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_plugin_is_told_as_whom_the_Core_acts()
    {
        await using var witness = Ledger();
        var (admin, user, id) = await NewAsync(witness);

        var view = await DelegateAsync(admin, id, user.User, "models:use", "models:list");
        var run = await InvokeAsync(admin, id);

        Assert.Equal((user.User.Id.Value, user.User.Email, JsonValueKind.Null), (view.Text("user_id"), view.Text("email"), view.At("problem").ValueKind));
        var seen = Assert.Single(witness.Seen).Json;
        Assert.Equal((user.User.Id.Value, user.User.Email, """["models:list","models:use"]"""), (seen.Text("acting_as.user_id"), seen.Text("acting_as.email"), seen.At("acting_as.scopes").GetRawText()));
        Assert.Equal(user.User.Id.Value, run.Text("acting_as"));
        Assert.NotEqual(user.User.Id.Value, run.Text("started_by"));
    }

    [Fact]
    public async Task A_Core_whose_delegation_is_revoked_acts_as_itself_again()
    {
        await using var witness = Ledger();
        var (admin, user, id) = await NewAsync(witness);
        await DelegateAsync(admin, id, user.User, "models:use");

        Assert.Equal(HttpStatusCode.NoContent, (await admin.SendAsync(HttpMethod.Delete, Path(id))).Status);

        var run = await InvokeAsync(admin, id);
        Assert.False(run.TryGetProperty("acting_as", out _));
        Assert.False(Assert.Single(witness.Seen).Json.TryGetProperty("acting_as", out _));
        await admin.RefusedAsync(HttpMethod.Get, Path(id), null, HttpStatusCode.NotFound, "DELEGATION_NOT_FOUND");
        await admin.RefusedAsync(HttpMethod.Delete, Path(id), null, HttpStatusCode.NotFound, "DELEGATION_NOT_FOUND");
        foreach (var action in (string[])["core.delegate", "core.revoke_delegation"])
        {
            Assert.Equal(id, (await admin.GetDataAsync($"/v1/audit-log?action={action}")).At("items")[0].Text("resource_id"));
        }
    }

    [Fact]
    public async Task A_run_that_waited_acts_no_more_when_the_identity_was_taken_meanwhile()
    {
        await using var witness = Ledger();
        var (admin, user, id) = await NewAsync(witness, "- { id: ask, checkpoint: { type: freeform, prompt: go on } }\n" + Post);
        await DelegateAsync(admin, id, user.User, "models:use");
        var waiting = await InvokeAsync(admin, id, status: HttpStatusCode.Accepted);
        await admin.SendAsync(HttpMethod.Delete, Path(id));

        await admin.ResolveAsync(waiting.At("checkpoints")[0].Text("id"), "go");

        var run = await admin.RunBecomesAsync(waiting, "failed");
        Assert.EndsWith("(delegation_revoked)", run.Text("error.message"), StringComparison.Ordinal);
        Assert.Empty(witness.Seen);
    }

    [Fact]
    public async Task A_run_that_waited_acts_no_more_when_the_user_may_not_sign_in()
    {
        await using var witness = Ledger();
        var (admin, user, id) = await NewAsync(witness, "- { id: ask, checkpoint: { type: freeform, prompt: go on } }\n" + Post);
        await DelegateAsync(admin, id, user.User, "models:use");
        var waiting = await InvokeAsync(admin, id, status: HttpStatusCode.Accepted);
        await ChangeAsync(user.User, u => u.Status = UserStatus.Suspended);

        await admin.ResolveAsync(waiting.At("checkpoints")[0].Text("id"), "go");

        Assert.EndsWith("(delegation_refused)", (await admin.RunBecomesAsync(waiting, "failed")).Text("error.message"), StringComparison.Ordinal);
        Assert.Equal("The user as whom the Core acts may not sign in.", (await admin.GetDataAsync(Path(id))).Text("problem"));
        Assert.Empty(witness.Seen);
    }

    [Fact]
    public async Task Nothing_is_done_as_the_user_when_the_time_is_over()
    {
        await using var witness = Ledger();
        var (admin, user, id) = await NewAsync(witness);
        await DelegateAsync(admin, id, user.User, "models:use");
        await outside.World.Server.WithDbAsync(async db =>
        {
            var core = await db.Cores.SingleAsync(c => c.Id == new Id<Core>(id), Cancel);
            core.Delegation = core.Delegation! with { ExpiresAt = DateTimeOffset.UtcNow.AddSeconds(-1) };
            return await db.SaveChangesAsync(Cancel);
        });

        Assert.EndsWith("(delegation_expired)", (await FailAsync(admin, id)).Text("message"), StringComparison.Ordinal);
        Assert.Empty(witness.Seen);
    }

    [Fact]
    public async Task Models_are_asked_only_within_the_scopes_and_as_long_as_the_user_may()
    {
        var acme = await outside.World.NewTenantAsync();
        var (admin, user) = (await acme.AsAdminAsync(), await outside.World.NewCallerAsync(acme.Tenant, [Roles.TenantUser]));
        var slug = $"said/{acme.Tenant.Slug}";
        await acme.NewScriptedModelAsync(slug, """{"default":{"reply":"fine"}}""");
        var id = await StartAsync(admin, "- { id: said, llm_turn: say }", core: $"model: scaigrid/{slug}");

        await DelegateAsync(admin, id, user.User, "models:list");
        Assert.Contains("models:use", (await FailAsync(admin, id)).Text("message"), StringComparison.Ordinal);

        await DelegateAsync(admin, id, user.User, "models:use");
        Assert.Equal("completed", (await InvokeAsync(admin, id)).Text("status"));

        await ChangeAsync(user.User, u => u.Roles = [Roles.TenantViewer]);
        Assert.Contains("models:use", (await FailAsync(admin, id)).Text("message"), StringComparison.Ordinal);
        Assert.Equal("[]", (await admin.GetDataAsync(Path(id))).At("effective_scopes").GetRawText());
    }

    [Fact]
    public async Task Nobody_gives_away_what_is_not_the_users_or_not_his_own()
    {
        var acme = await outside.World.NewTenantAsync();
        var (admin, id) = (await acme.AsAdminAsync(), "");
        id = await StartAsync(admin, "- rigid: x");
        var user = await outside.World.NewCallerAsync(acme.Tenant, [Roles.TenantUser], [Permissions.RoutingManage]);
        var stranger = await outside.World.NewCallerAsync((await outside.World.NewTenantAsync()).Tenant, [Roles.TenantUser]);

        var refused = await admin.RefusedAsync(HttpMethod.Put, Path(id), new
        {
            user_id = user.User.Id.Value,
            scopes = new[] { "models:use", "scaicore:manage", "no:such", "routing:manage" },
            expires_at = DateTimeOffset.UtcNow.AddDays(-1),
        }, HttpStatusCode.BadRequest, "VALIDATION_ERROR");

        Assert.Equal(
            ["scopes[1] is 'scaicore:manage', which the user does not have", "scopes[2] is no permission", "scopes[3] is 'routing:manage', which you do not have yourself", "expires_at must be in the future"],
            refused.At("details").EnumerateArray().Select(d => $"{d.Text("field")} {d.Text("message")}"));
        foreach (var (who, scopes, field) in new[] { (stranger.User, new[] { "models:use" }, "user_id"), (user.User, Array.Empty<string>(), "scopes") })
        {
            refused = await admin.RefusedAsync(HttpMethod.Put, Path(id), new { user_id = who.Id.Value, scopes }, HttpStatusCode.BadRequest, "VALIDATION_ERROR");
            Assert.Equal(field, refused.At("details")[0].Text("field"));
        }
    }

    [Fact]
    public async Task To_delegate_needs_a_permission_of_its_own()
    {
        var acme = await outside.World.NewTenantAsync();
        var (admin, user) = (await acme.AsAdminAsync(), await outside.World.NewCallerAsync(acme.Tenant, [Roles.TenantUser]));
        var manager = await acme.AsAsync(Roles.TenantViewer, Permissions.CoreManage);
        var id = await StartAsync(admin, "- rigid: x");

        await manager.RefusedAsync(HttpMethod.Put, Path(id), new { user_id = user.User.Id.Value, scopes = new[] { "models:list" } }, HttpStatusCode.Forbidden, "AUTHZ_PERMISSION_DENIED");
        await DelegateAsync(admin, id, user.User, "models:list");
        await manager.RefusedAsync(HttpMethod.Delete, Path(id), null, HttpStatusCode.Forbidden, "AUTHZ_PERMISSION_DENIED");

        Assert.Equal(user.User.Id.Value, (await manager.GetDataAsync(Path(id))).Text("user_id"));
    }

    [Fact]
    public void What_a_delegation_is_worth_is_decided_by_what_is_so_now()
    {
        var now = DateTimeOffset.UnixEpoch.AddDays(20_000);
        var tenant = new Tenant { Id = new("tnt_1"), PartnerId = new("prt_1"), Slug = Slug.Parse("acme", null), Name = "Acme" };
        var user = new User { Id = new("usr_1"), TenantId = tenant.Id, Email = "a@b.example", Name = "A", Roles = [Roles.TenantUser], CreatedAt = now };
        var delegation = new CoreDelegation(user.Id, [Permissions.ModelsUse, Permissions.CoreManage], now, new("usr_2"), now.AddDays(-1));

        Assert.Equal(DelegationErrors.Expired, Refusal(delegation, user, tenant, now));
        Assert.Null(Refusal(delegation, user, tenant, now.AddTicks(-1)));
        Assert.Equal(DelegationErrors.Revoked, Refusal(null, user, tenant, now));
        Assert.Equal(DelegationErrors.Revoked, Refusal(delegation with { UserId = new("usr_3"), ExpiresAt = null }, user, tenant, now));
        Assert.Equal(DelegationErrors.UserRefused, Refusal(delegation with { ExpiresAt = null }, null, tenant, now));
        Assert.True(CoreDelegation.Decide(delegation with { ExpiresAt = null }, user.Id, user, tenant, now).Succeeded(out var principal, out _));
        Assert.Equal([Permissions.ModelsUse], principal.Permissions); // the other one is not the user's
        tenant.Status = TenantStatus.Suspended;
        Assert.Equal(DelegationErrors.UserRefused, Refusal(delegation with { ExpiresAt = null }, user, tenant, now));

        static ErrorType? Refusal(CoreDelegation? delegation, User? user, Tenant tenant, DateTimeOffset now) =>
            CoreDelegation.Decide(delegation, new("usr_1"), user, tenant, now).Succeeded(out _, out var refused) ? null : refused.Type;
    }

    private static string Path(string id) => $"{TestCores.Base}/cores/{id}/delegation";

    private static Witness Ledger() => new() { Answer = (_, _) => Task.FromResult("""{"id": 7}""") };

    private static Task<JsonElement> DelegateAsync(HttpClient admin, string id, User user, params string[] scopes) =>
        admin.DataAsync(HttpMethod.Put, Path(id), new { user_id = user.Id.Value, scopes, expires_at = DateTimeOffset.UtcNow.AddDays(1) });

    private Task<int> ChangeAsync(User user, Action<User> change) => outside.World.Server.WithDbAsync(async db =>
    {
        change(await db.Users.SingleAsync(u => u.Id == user.Id, Cancel));
        return await db.SaveChangesAsync(Cancel);
    });

    private async Task<(HttpClient Admin, TestCaller User, string Core)> NewAsync(Witness witness, string steps = Post)
    {
        var acme = await outside.World.NewTenantAsync();
        var admin = await acme.AsAdminAsync();
        var id = await StartAsync(admin, steps, new { plugins = new[] { new { alias = "ledger", endpoint = witness.Url } } });
        return (admin, await outside.World.NewCallerAsync(acme.Tenant, [Roles.TenantUser]), id);
    }
}
