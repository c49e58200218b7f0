using System.Net;
using Microsoft.EntityFrameworkCore;
using ScaiGrid.Server.Access;
using ScaiGrid.Server.Features.Audit;
using ScaiGrid.Server.Tests.Host;

namespace ScaiGrid.Server.Tests.Audit;

public sealed class AuditTests(World world)
{
    [Fact]
    public async Task A_change_writes_who_did_what_from_where()
    {
        var acme = await world.NewTenantAsync();
        var bob = await world.NewCallerAsync(acme.Tenant, [Roles.TenantUser]);
        var key = await bob.Http.PostDataAsync("/v1/api-keys", new { name = "ci" }, HttpStatusCode.Created);

        var line = Assert.Single(await LinesAsync(acme));
        Assert.Equal(("api_key.create", "SUCCESS", bob.User.Id.Value, bob.User.Email), (line.Action, line.Status, line.ActorId, line.ActorEmail));
        Assert.Equal(("api_key", key.Text("id"), "service"), (line.ResourceType, line.ResourceId, line.ActorType));
        Assert.StartsWith("req_", line.RequestId, StringComparison.Ordinal);
        Assert.Null(line.BeforeDigest);
        Assert.Equal(64, line.AfterDigest!.Length);
    }

    [Fact]
    public async Task Refusals_are_written_whether_for_want_of_a_permission_or_a_fault()
    {
        var acme = await world.NewTenantAsync();
        var bob = await acme.AsAsync(Roles.TenantUser);
        var viewer = await acme.AsAsync(Roles.TenantViewer);
        await bob.SendAsync(HttpMethod.Post, "/v1/api-keys", new { });
        await viewer.SendAsync(HttpMethod.Delete, "/v1/api-keys/key_of_others");

        var lines = await LinesAsync(acme);
        Assert.Equal(["api_key.create VALIDATION_ERROR", "api_key.delete AUTHZ_PERMISSION_DENIED"], lines.Select(l => $"{l.Action} {l.ErrorCode}"));
        Assert.All(lines, l => Assert.Equal("FAILURE", l.Status));
        Assert.Equal("key_of_others", lines[1].ResourceId);
    }

    [Fact]
    public async Task A_change_that_is_not_saved_leaves_no_line()
    {
        var acme = await world.NewTenantAsync();
        await Assert.ThrowsAnyAsync<DbUpdateException>(() => world.Server.WithDbAsync(async db =>
        {
            db.Audit(Line(acme));
            db.Add(new Features.Tenancy.UserGroup { Id = new("group_lost"), TenantId = new("tnt_nowhere"), Name = "x" });
            return await db.SaveChangesAsync();
        }));

        Assert.Empty(await LinesAsync(acme));
    }

    [Fact]
    public async Task Thirty_writers_at_once_keep_the_chain_whole()
    {
        var acme = await world.NewTenantAsync();
        await Task.WhenAll(Enumerable.Range(0, 30).Select(_ => world.Server.WithDbAsync(async db =>
        {
            db.Audit(Line(acme));
            return await db.SaveChangesAsync();
        })));

        var lines = await LinesAsync(acme);
        Assert.Equal(Enumerable.Range(1, 30).Select(i => (long)i), lines.Select(l => l.Sequence));
        Verify(lines);
    }

    [Fact]
    public async Task Several_saves_of_one_unit_of_work_chain_on_though_others_wrote_in_between()
    {
        var acme = await world.NewTenantAsync();
        await world.Server.WithDbAsync(async db =>
        {
            db.Audit(Line(acme));
            await db.SaveChangesAsync();
            await world.Server.WithDbAsync(async other =>
            {
                other.Audit(Line(acme));
                return await other.SaveChangesAsync();
            });
            db.Audit(Line(acme));
            db.Audit(Line(acme));
            return await db.SaveChangesAsync();
        });

        var lines = await LinesAsync(acme);
        Assert.Equal(4, lines.Count);
        Verify(lines);
    }

    [Fact]
    public async Task What_is_changed_afterwards_is_noticed()
    {
        var acme = await world.NewTenantAsync();
        await world.Server.WithDbAsync(async db =>
        {
            db.Audit(Line(acme));
            return await db.SaveChangesAsync();
        });
        await world.Server.WithDbAsync(db => db.AuditLog.Where(l => l.Stream == acme.Tenant.Id.Value).ExecuteUpdateAsync(l => l.SetProperty(x => x.ActorId, "usr_else")));

        var line = Assert.Single(await LinesAsync(acme));
        Assert.NotEqual(line.Hash, AuditChain.HashOf(line));
    }

    private static void Verify(List<AuditEntry> lines)
    {
        var before = "";
        foreach (var line in lines)
        {
            Assert.Equal((before, AuditChain.HashOf(line)), (line.PrevHash, line.Hash));
            before = line.Hash;
        }
    }

    private static AuditEntry Line(TestTenant tenant) => new()
    {
        Stream = tenant.Tenant.Id.Value,
        Id = $"audit_{Path.GetRandomFileName()}",
        Timestamp = DateTimeOffset.UnixEpoch,
        Action = "thing.change",
        ActorId = "usr_x",
        ActorType = "system",
        ResourceType = "thing",
        Status = "SUCCESS",
    };

    private Task<List<AuditEntry>> LinesAsync(TestTenant tenant) =>
        world.Server.WithDbAsync(db => db.AuditLog.AsNoTracking().Where(l => l.Stream == tenant.Tenant.Id.Value).OrderBy(l => l.Sequence).ToListAsync());
}
