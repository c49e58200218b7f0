using Microsoft.EntityFrameworkCore;
using ScaiGrid.Server.Data;
using ScaiGrid.Server.Features.Runs;

namespace ScaiGrid.Server.Features.Instances;

/// <summary>Sees to stored runs that wait behind one whose process died: nobody in memory waits for their turn.</summary>
internal sealed partial class StalledTurns(IServiceScopeFactory scopes, InstanceRows rows, TimeProvider clock, ILogger<StalledTurns> logger) : BackgroundService
{
    private const int AtOnce = 200;

    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);

    public async Task LookAsync(CancellationToken ct)
    {
        await using var scope = scopes.CreateAsyncScope();
        scope.ServiceProvider.GetRequiredService<TenantScope>().EnterPlatform();
        var waiting = await scope.ServiceProvider.GetRequiredService<Db>().Runs.AsNoTracking()
            .Where(r => r.Status == RunState.Queued && r.AwaitsTurn)
            .OrderBy(r => r.Id).Take(AtOnce).Select(r => new { r.TenantId, r.CoreId, r.InstanceKey })
            .ToListAsync(ct);
        foreach (var instance in waiting.Distinct())
        {
            await rows.PruneAsync(new(instance.TenantId, instance.CoreId, instance.InstanceKey!), ct);
        }
    }

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
}
