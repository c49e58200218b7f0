using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using ScaiGrid.Server.Access;
using ScaiGrid.Server.Data;
using ScaiGrid.Server.Features.Cores;
using ScaiGrid.Server.Features.Runs;
using ScaiGrid.Server.Features.Tenancy;
using ScaiGrid.Server.Kernel;
using ScaiGrid.Server.Tests.Host;

namespace ScaiGrid.Server.Tests.Data;

public sealed class DbTests(World world)
{
    [Fact]
    public async Task A_tenant_sees_its_own_rows_only()
    {
        var (acme, other) = (await world.NewTenantAsync(), await world.NewTenantAsync());
        await world.Server.WithDbAsync(async db =>
        {
            db.Cores.AddRange(NewCore(acme.Tenant, "ours"), NewCore(other.Tenant, "theirs"));
            return await db.SaveChangesAsync();
        });

        await using var scope = world.Server.Services.CreateAsyncScope();
        scope.ServiceProvider.GetRequiredService<TenantScope>().Enter(acme.Tenant.Id);
        var db = scope.ServiceProvider.GetRequiredService<Db>();
        Assert.Equal("ours", (await db.Cores.SingleAsync(TestContext.Current.CancellationToken)).Name);
        Assert.Equal(2, await world.Server.WithDbAsync(all => all.Cores.CountAsync(c => c.TenantId == acme.Tenant.Id || c.TenantId == other.Tenant.Id)));
    }

    [Fact]
    public async Task A_tenants_row_is_found_by_an_index()
    {
        var acme = await world.NewTenantAsync();
        await using var scope = world.Server.Services.CreateAsyncScope();
        scope.ServiceProvider.GetRequiredService<TenantScope>().Enter(acme.Tenant.Id);
        var db = scope.ServiceProvider.GetRequiredService<Db>();
        Assert.SkipWhen(db is PostgresDb, "PostgreSQL plans by statistics, and this table has none.");
        await db.Database.OpenConnectionAsync(TestContext.Current.CancellationToken);
        await using var command = db.Runs.Where(r => r.Id == new Id<Run>("run_1")).CreateDbCommand();
        command.CommandText = $"EXPLAIN QUERY PLAN {command.CommandText}";
        await using var reader = await command.ExecuteReaderAsync(TestContext.Current.CancellationToken);
        Assert.True(await reader.ReadAsync(TestContext.Current.CancellationToken));
        Assert.StartsWith("SEARCH", reader.GetString(reader.GetOrdinal("detail")), StringComparison.Ordinal);
    }

    [Fact]
    public void One_unit_of_work_enters_one_tenant_only()
    {
        using var scope = world.Server.Services.CreateScope();
        var tenant = scope.ServiceProvider.GetRequiredService<TenantScope>();
        tenant.EnterPlatform();
        tenant.EnterPlatform();
        Assert.Throws<InvalidOperationException>(() => tenant.Enter(new("tnt_1")));
    }

    [Fact]
    public async Task Work_that_entered_no_tenant_fails()
    {
        await using var scope = world.Server.Services.CreateAsyncScope();
        var db = scope.ServiceProvider.GetRequiredService<Db>();
        await Assert.ThrowsAsync<InvalidOperationException>(() => db.Cores.CountAsync(TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task A_save_that_lost_a_race_is_decided_again_on_what_is_stored()
    {
        var acme = await world.NewTenantAsync();
        var core = NewCore(acme.Tenant, "raced");
        await world.Server.WithDbAsync(async db =>
        {
            db.Add(core);
            return await db.SaveChangesAsync();
        });

        await Task.WhenAll(Enumerable.Range(0, 5).Select(_ => world.Server.WithDbAsync(db => db.RetryOnConflictAsync(async () =>
        {
            var mine = await db.Cores.SingleAsync(c => c.Id == core.Id);
            mine.Name += "!";
            return await db.SaveChangesAsync();
        }))));

        var now = await world.Server.WithDbAsync(db => db.Cores.AsNoTracking().SingleAsync(c => c.Id == core.Id));
        Assert.Equal(("raced!!!!!", 6), (now.Name, now.Version));
    }

    [Fact]
    public async Task A_change_reaches_another_replica_within_two_seconds()
    {
        var acme = await world.NewTenantAsync();
        var caller = await world.NewCallerAsync(acme.Tenant, [Roles.TenantUser]);
        using var replica = world.Server.AnotherReplica();
        using var http = replica.CreateClient();
        http.DefaultRequestHeaders.Authorization = new("Bearer", caller.Secret);
        await http.GetDataAsync("/v1/me");

        await world.Server.WithDbAsync(async db =>
        {
            (await db.Users.SingleAsync(u => u.Id == caller.User.Id)).Status = UserStatus.Suspended;
            return await db.SaveChangesAsync();
        });

        await Eventually.BecomesAsync(async () => (int)(await http.SendAsync(HttpMethod.Get, "/v1/me")).Status, status => status == 401);
        Assert.True(ChangeStamps.Interval < TimeSpan.FromSeconds(2));
    }

    private static Core NewCore(Tenant tenant, string name) => new()
    {
        Id = new($"core_{Path.GetRandomFileName().Replace(".", "", StringComparison.Ordinal)}"),
        TenantId = tenant.Id,
        Name = name,
        Slug = new(name),
        CreatedBy = new("usr_x"),
        CreatedAt = DateTimeOffset.UnixEpoch,
    };
}
