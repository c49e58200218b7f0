using Microsoft.EntityFrameworkCore;
using ScaiGrid.Server.Data;
using ScaiGrid.Server.Features.Runs;

namespace ScaiGrid.Server.Features.Checkpoints;

/// <summary>Lets checkpoints expire within seconds of their time. Every replica looks; each checkpoint expires once.</summary>
internal sealed partial class CheckpointClock(IServiceScopeFactory scopes, RunWorker worker, TimeProvider clock, ILogger<CheckpointClock> logger) : BackgroundService
{
    private const int AtOnce = 100;

    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(5);

    /// <returns>How many expired.</returns>
    public async Task<int> ExpireAsync(CancellationToken ct)
    {
        await using var scope = scopes.CreateAsyncScope();
        scope.ServiceProvider.GetRequiredService<TenantScope>().EnterPlatform();
        var db = scope.ServiceProvider.GetRequiredService<Db>();
        var expired = await db.RetryOnConflictAsync(async () =>
        {
            var now = clock.GetUtcNow();
            var due = await db.Checkpoints.Where(c => c.Status == CheckpointStatus.Pending && c.ExpiresAt <= now).OrderBy(c => c.ExpiresAt).Take(AtOnce).ToListAsync(ct);
            foreach (var checkpoint in due)
            {
                if (checkpoint.Expire(now) is { } happened)
                {
                    var run = await db.Runs.SingleAsync(r => r.TenantId == checkpoint.TenantId && r.Id == checkpoint.ExecutionId, ct);
                    run.Enqueue(happened);
                }
            }

            await db.SaveChangesAsync(ct);
            return due.Count;
        });

        if (expired > 0)
        {
            worker.Wake();
        }

        return expired;
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Interval, clock);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            try
            {
                while (await ExpireAsync(stoppingToken) == AtOnce)
                {
                }
            }
            catch (Exception e) when (e is not OperationCanceledException)
            {
                LogFailed(logger, e);
            }
        }
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "Due checkpoints could not be looked for.")]
    private static partial void LogFailed(ILogger logger, Exception exception);
}
