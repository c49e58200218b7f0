using Microsoft.EntityFrameworkCore;
using ScaiGrid.Server.Data;

namespace ScaiGrid.Server.Features.Instances;

/// <summary>
/// Sees to stored runs that wait behind one whose process died, or lost their places: nobody in memory waits for their turn. However many wait, each
/// look goes on with the instances after those of the last one.
/// </summary>
internal sealed partial class StalledTurns(IServiceScopeFactory scopes, InstanceRows rows, TimeProvider clock, ILogger<StalledTurns> logger) : BackgroundService
{
    private const int AtOnce = 100;

    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);

    private WaitingInstance _last = WaitingInstance.None;

    public async Task LookAsync(CancellationToken ct)
    {
        await using var scope = scopes.CreateAsyncScope();
        scope.ServiceProvider.GetRequiredService<TenantScope>().EnterPlatform();
        var waiting = await Waiting(scope.ServiceProvider.GetRequiredService<Db>(), _last, AtOnce).ToListAsync(ct);
        _last = waiting.Count == AtOnce ? waiting[^1] : WaitingInstance.None;
        foreach (var instance in waiting)
        {
            await rows.RescueAsync(new(new(instance.TenantId), new(instance.CoreId), instance.Key), ct);
        }
    }

    /// <summary>The instances for which stored runs wait, each once, in the order of their keys.</summary>
    /// <param name="after">The last one that was seen to.</param>
    internal static IQueryable<WaitingInstance> Waiting(Db db, WaitingInstance after, int most) => db.Database.SqlQuery<WaitingInstance>($"""
        SELECT DISTINCT tenant_id AS "TenantId", core_id AS "CoreId", instance_key AS "Key" FROM runs
        WHERE status = 'Queued' AND awaits_turn AND (tenant_id, core_id, instance_key) > ({after.TenantId}, {after.CoreId}, {after.Key})
        ORDER BY 1, 2, 3 LIMIT {most}
        """);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Interval, clock);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            try
            {
                await LookAsync(stoppingToken);
            }
            catch (Exception e) when (e is not OperationCanceledException)
            {
                LogFailed(logger, e);
            }
        }
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "Runs that wait for their turn could not be looked for.")]
    private static partial void LogFailed(ILogger logger, Exception exception);

    internal sealed record WaitingInstance(string TenantId, string CoreId, string Key)
    {
        /// <summary>Comes before all others.</summary>
        public static readonly WaitingInstance None = new("", "", "");
    }
}
