using System.Net;
using Microsoft.EntityFrameworkCore;
using ScaiGrid.Server.Access;
using ScaiGrid.Server.Tests.Cores;
using ScaiGrid.Server.Tests.Host;

namespace ScaiGrid.Server.Tests.Audit;

public sealed class AuditApiTests(World world)
{
    [Fact]
    public async Task Changes_and_refusals_are_listed_with_who_and_what()
    {
        var acme = await world.NewTenantAsync();
        var admin = await world.NewCallerAsync(acme.Tenant, [Roles.TenantAdmin]);
        var id = await admin.Http.StartedCoreAsync(TestCores.Echo);
        await admin.Http.RefusedAsync(HttpMethod.Post, $"{TestCores.Base}/cores/{id}/unpublish", null, HttpStatusCode.BadRequest, "VALIDATION_ERROR");

        var log = await Eventually.BecomesAsync(() => admin.Http.GetDataAsync("/v1/audit-log"), l => l.GetProperty("items").GetArrayLength() == 3);

        var lines = log.GetProperty("items").EnumerateArray().ToArray();
        Assert.Equal(["core.unpublish", "core.start", "core.create"], lines.Select(l => l.Text("action")));
        Assert.Equal(["FAILURE", "SUCCESS", "SUCCESS"], lines.Select(l => l.Text("status")));
        Assert.All(lines, l => Assert.Equal(admin.User.Email, l.Text("actor_email")));
        Assert.All(lines, l => Assert.Equal(id, l.Text("resource_id")));
        Assert.Equal("VALIDATION_ERROR", lines[0].Text("error_code"));
    }

    [Fact]
    public async Task A_chain_that_nobody_touched_is_valid_and_one_that_somebody_did_is_not()
    {
        var acme = await world.NewTenantAsync();
        var admin = await acme.AsAdminAsync();
        await admin.StartedCoreAsync(TestCores.Echo);
        Assert.True((await admin.GetDataAsync("/v1/audit-log/verify")).GetProperty("valid").GetBoolean());

        await world.Server.WithDbAsync(db => db.AuditLog.Where(e => e.Stream == acme.Tenant.Id.Value && e.Sequence == 1).ExecuteUpdateAsync(e => e.SetProperty(x => x.ActorId, "usr_nobody")));

        var verdict = await admin.GetDataAsync("/v1/audit-log/verify");
        Assert.False(verdict.GetProperty("valid").GetBoolean());
        Assert.Equal(1, verdict.GetProperty("broken_at").GetInt64());
    }

    [Fact]
    public async Task Lines_that_were_cut_off_are_missed()
    {
        var acme = await world.NewTenantAsync();
        var admin = await acme.AsAdminAsync();
        await admin.StartedCoreAsync(TestCores.Echo);

        await world.Server.WithDbAsync(db => db.AuditLog.Where(e => e.Stream == acme.Tenant.Id.Value && e.Sequence == 2).ExecuteDeleteAsync());

        Assert.Equal(2, (await admin.GetDataAsync("/v1/audit-log/verify")).GetProperty("broken_at").GetInt64());
    }

    [Fact]
    public async Task Another_tenant_and_people_who_administer_nothing_see_none_of_it()
    {
        var acme = await world.NewTenantAsync();
        await (await acme.AsAdminAsync()).StartedCoreAsync(TestCores.Echo);
        var rival = await (await world.NewTenantAsync()).AsAdminAsync();
        var user = await acme.AsAsync(Roles.TenantUser);

        Assert.Empty((await rival.GetDataAsync("/v1/audit-log")).GetProperty("items").EnumerateArray());
        await user.RefusedAsync(HttpMethod.Get, "/v1/audit-log", null, HttpStatusCode.Forbidden, "AUTHZ_PERMISSION_DENIED");
    }
}
