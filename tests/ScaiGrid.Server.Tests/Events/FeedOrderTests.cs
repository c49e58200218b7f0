using System.Text;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using ScaiGrid.Server.Data;
using ScaiGrid.Server.Features.Events;
using ScaiGrid.Server.Tests.Host;

namespace ScaiGrid.Server.Tests.Events;

/// <summary>Who reads on in the feed misses nothing, however saves overlap.</summary>
public sealed class FeedOrderTests(World world)
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_save_that_is_committed_after_a_later_one_is_not_passed_by()
    {
        Assert.SkipUnless(TestServer.OnPostgres, "SQLite has one writer.");
        var acme = await world.NewTenantAsync();
        var (start, told) = (await world.Server.WithDbAsync(db => db.FeedEndAsync(Cancel)), new List<string?>());

        await world.Server.WithDbAsync(async slow =>
        {
            await using var transaction = await slow.Database.BeginTransactionAsync(Cancel);
            await TellAsync(slow, acme, "slow");
            await world.Server.WithDbAsync(fast => TellAsync(fast, acme, "fast"));

            Assert.Empty(await ReadAsync(acme, start)); // the fast one is there, and must wait
            await transaction.CommitAsync(Cancel);
            return true;
        });

        // Transactions of other tests may be under way; nothing that is read is ever followed by what comes before it.
        told = await Eventually.BecomesAsync(() => ReadAsync(acme, start), t => t.Count == 2);
        Assert.Equal(["slow", "fast"], told);
    }

    [Fact]
    public async Task What_is_told_later_comes_after_where_the_feed_stood()
    {
        var acme = await world.NewTenantAsync();
        await world.Server.WithDbAsync(db => TellAsync(db, acme, "before"));
        var start = await Eventually.BecomesAsync(() => world.Server.WithDbAsync(db => db.FeedEndAsync(Cancel)), _ => true);
        await world.Server.WithDbAsync(db => TellAsync(db, acme, "after"));

        Assert.Equal("after", (await Eventually.BecomesAsync(() => ReadAsync(acme, start), t => t.Contains("after")))[^1]);
    }

    [Fact]
    public async Task A_silent_stream_shows_that_it_is_still_there()
    {
        var clock = new LeapingClock();
        await using var own = new World(new TestServer(services: s => s.AddSingleton<TimeProvider>(clock)));
        var admin = await (await own.NewTenantAsync()).AsAdminAsync();
        using var stream = await admin.FollowAsync();
        using var reader = new StreamReader(await stream.Content.ReadAsStreamAsync(Cancel), Encoding.UTF8);
        Assert.Equal("retry: 1000", await reader.ReadLineAsync(Cancel));

        clock.Leap(TimeSpan.FromSeconds(16));

        using var limit = CancellationTokenSource.CreateLinkedTokenSource(Cancel);
        limit.CancelAfter(TimeSpan.FromSeconds(20));
        string? line;
        while ((line = await reader.ReadLineAsync(limit.Token)) is not ": still here")
        {
            Assert.NotNull(line);
        }
    }

    private static async Task<int> TellAsync(Db db, TestTenant acme, string type)
    {
        db.Feed.Add(new() { TenantId = acme.Tenant.Id, CoreId = new("core_x"), Type = type, At = DateTimeOffset.UnixEpoch });
        return await db.SaveChangesAsync(Cancel);
    }

    private Task<List<string?>> ReadAsync(TestTenant acme, FeedPosition after) =>
        world.Server.WithDbAsync(db => db.FeedAfter(acme.Tenant.Id, after).Select(e => e.Type).ToListAsync(Cancel));

    private sealed class LeapingClock : TimeProvider
    {
        private long _leapt;

        public void Leap(TimeSpan by) => Interlocked.Add(ref _leapt, (long)(by.TotalSeconds * TimestampFrequency));

        public override long GetTimestamp() => base.GetTimestamp() + Interlocked.Read(ref _leapt);
    }
}
