using ScaiGrid.Server.Features.Runs.Replicas;
using ScaiGrid.Server.Kernel;
using ScaiGrid.Server.Tests.Host;

namespace ScaiGrid.Server.Tests.Runs.Replicas;

/// <summary>What both kinds of locks promise; the database of the test run tells which kind it is.</summary>
public sealed class ReplicaLockTests(World world)
{
    private static readonly CancellationToken Ct = TestContext.Current.CancellationToken;

    [Fact]
    public async Task It_is_free_when_its_holder_is_gone_and_not_before()
    {
        var id = new Id<Replica>($"rep_{Guid.NewGuid():n}");
        await using var mine = world.Server.NewLock();
        await using var other = world.Server.NewLock();
        await mine.HoldAsync(new($"rep_{Guid.NewGuid():n}"), Ct);

        await other.HoldAsync(id, Ct);
        await other.HoldAsync(id, Ct); // again changes nothing
        Assert.False(await mine.IsFreeAsync(id, Ct));

        await other.DisposeAsync();
        await Eventually.BecomesAsync(() => mine.IsFreeAsync(id, Ct), free => free); // PostgreSQL is a moment late to see that a connection is gone
        Assert.True(await mine.IsFreeAsync(id, Ct));
    }

    [Fact]
    public async Task Under_another_name_the_first_is_free()
    {
        var (first, second) = (new Id<Replica>($"rep_{Guid.NewGuid():n}"), new Id<Replica>($"rep_{Guid.NewGuid():n}"));
        await using var mine = world.Server.NewLock();
        await using var other = world.Server.NewLock();
        await mine.HoldAsync(new($"rep_{Guid.NewGuid():n}"), Ct);
        await other.HoldAsync(first, Ct);

        await other.HoldAsync(second, Ct);

        Assert.Equal((true, false), (await mine.IsFreeAsync(first, Ct), await mine.IsFreeAsync(second, Ct)));
    }
}
