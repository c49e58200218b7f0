using ScaiGrid.Server.Data;

namespace ScaiGrid.Server.Storage;

/// <summary>
/// Removes objects that no row came to name, because what was to save the row died or failed, and those whose row is gone. An object is removed only
/// when this process has known it to be nobody's for <see cref="Grace"/>.
/// </summary>
internal sealed partial class ObjectSweeper(IServiceScopeFactory scopes, IObjectStore objects, IEnumerable<IRowedObjects> kinds, TimeProvider clock, ILogger<ObjectSweeper> logger)
    : BackgroundService
{
    public static readonly TimeSpan Grace = TimeSpan.FromHours(1);

    private static readonly TimeSpan Interval = TimeSpan.FromMinutes(30);

    private const int AtOnce = 500;

    private Dictionary<ObjectKey, long> _suspects = [];

    /// <summary>One round over every kind.</summary>
    /// <returns>How many objects were removed.</returns>
    public async Task<int> SweepAsync(CancellationToken ct)
    {
        await using var scope = scopes.CreateAsyncScope();
        scope.ServiceProvider.GetRequiredService<TenantScope>().EnterPlatform();
        var db = scope.ServiceProvider.GetRequiredService<Db>();
        var (suspects, removed) = (new Dictionary<ObjectKey, long>(), 0);
        foreach (var kind in kinds)
        {
            foreach (var key in await OrphansAsync(db, kind, ct))
            {
                var since = _suspects.GetValueOrDefault(key, clock.GetTimestamp());
                if (clock.GetElapsedTime(since) < Grace)
                {
                    suspects.Add(key, since);
                }
                else if (await kind.RemoveAsync(db, key, ct))
                {
                    removed++;
                }
            }
        }

        _suspects = suspects;
        return removed;
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Interval, clock);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            try
            {
                if (await SweepAsync(stoppingToken) is > 0 and var removed)
                {
                    LogRemoved(logger, removed);
                }
            }
            catch (Exception e) when (e is not OperationCanceledException)
            {
                LogFailed(logger, e);
            }
        }
    }

    private async Task<List<ObjectKey>> OrphansAsync(Db db, IRowedObjects kind, CancellationToken ct)
    {
        var (orphans, some) = (new List<ObjectKey>(), new List<ObjectKey>(AtOnce));
        await foreach (var key in objects.ListAsync(kind.Prefix, ct))
        {
            some.Add(key);
            if (some.Count == AtOnce)
            {
                orphans.AddRange(await kind.UnnamedAsync(db, some, ct));
                some.Clear();
            }
        }

        return [.. orphans, .. await kind.UnnamedAsync(db, some, ct)];
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "{Objects} objects that no row names are removed.")]
    private static partial void LogRemoved(ILogger logger, int objects);

    [LoggerMessage(Level = LogLevel.Error, Message = "The object store could not be swept.")]
    private static partial void LogFailed(ILogger logger, Exception exception);
}
