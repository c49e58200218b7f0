using Microsoft.EntityFrameworkCore;
using ScaiGrid.Flows.Language;
using ScaiGrid.Runtime;
using ScaiGrid.Server.Data;

namespace ScaiGrid.Server.Features.Runs.Effects;

/// <summary>
/// Brings suspended runs what they wait for: the message, the end of the run they called, or that the time is over. It also settles the messages
/// of runs that are over. Every replica looks, at once when something happens there and every second anyway; each outcome is brought once.
/// </summary>
internal sealed partial class WaitClock(IServiceScopeFactory scopes, RunWorker worker, TimeProvider clock, ILogger<WaitClock> logger) : BackgroundService
{
    private const int AtOnce = 100;

    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);

    private readonly SemaphoreSlim _work = new(0);

    public void Wake()
    {
        if (_work.CurrentCount == 0)
        {
            _work.Release();
        }
    }

    /// <returns>How much was done.</returns>
    public async Task<int> LookAsync(CancellationToken ct)
    {
        var done = await SettleAsync(ct) + await BringAsync(EndedRunsAsync, ct) + await BringAsync(MessagesAsync, ct) + await BringAsync(LapsedAsync, ct);
        if (done > 0)
        {
            worker.Wake();
        }

        return done;
    }

    public override void Dispose()
    {
        base.Dispose();
        _work.Dispose();
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                if (await LookAsync(stoppingToken) == 0)
                {
                    await _work.WaitAsync(Interval, stoppingToken);
                }
            }
            catch (Exception e) when (e is not OperationCanceledException)
            {
                LogFailed(logger, e);
                await Task.Delay(Interval, clock, stoppingToken);
            }
        }
    }

    private static async Task<List<(RunWait Wait, EffectOutcome Outcome)>> EndedRunsAsync(Db db, DateTimeOffset now, CancellationToken ct)
    {
        var ended = await WaitsOver(db).Take(AtOnce).ToListAsync(ct);
        return [.. ended.Select(x => (x.Wait, CoreCalls.OutcomeOf(x.Run)!))];
    }

    /// <summary>The waits for runs that are over. Those are told by their time: by their status SQLite would look through every run that ever ended.</summary>
    internal static IQueryable<WaitOver> WaitsOver(Db db) => db.Waits.Where(w => w.Queue == null)
        .Join(db.Runs, w => new { w.TenantId, Key = (string?)w.EffectKey }, r => new { r.TenantId, Key = r.CallKey }, (w, r) => new { Wait = w, Run = r })
        .Where(x => x.Run.FinishedAt != null)
        .Select(x => new WaitOver(x.Wait, x.Run));

    private static async Task<List<(RunWait Wait, EffectOutcome Outcome)>> MessagesAsync(Db db, DateTimeOffset now, CancellationToken ct)
    {
        var ready = await db.QueueMessages.Where(m => m.State == QueueMessageState.Ready && m.VisibleAt <= now && db.Waits.Any(w => w.TenantId == m.TenantId && w.Queue == m.Queue))
            .OrderByDescending(m => m.Rank).ThenBy(m => m.Id).Take(AtOnce).ToListAsync(ct);
        var brought = new List<(RunWait Wait, EffectOutcome Outcome)>();
        foreach (var queue in ready.GroupBy(m => (m.TenantId, m.Queue)))
        {
            var (tenantId, name) = queue.Key;
            var waits = await db.Waits.Where(w => w.TenantId == tenantId && w.Queue == name).OrderBy(w => w.RunId).Take(queue.Count()).ToListAsync(ct);
            foreach (var (wait, message) in waits.Zip(queue))
            {
                message.Claim(wait.RunId, wait.EffectKey);
                brought.Add((wait, new(message.ToValue())));
            }
        }

        return brought;
    }

    private static async Task<List<(RunWait Wait, EffectOutcome Outcome)>> LapsedAsync(Db db, DateTimeOffset now, CancellationToken ct)
    {
        var lapsed = await db.Waits.Where(w => w.Until <= now).OrderBy(w => w.Until).Take(AtOnce).ToListAsync(ct);
        return [.. lapsed.Select(w => (w, w.Queue is null ? CoreCalls.TimedOut(null) : new EffectOutcome(Value.Null)))];
    }

    /// <summary>One save takes the waits away and queues the runs with what they waited for.</summary>
    private async Task<int> BringAsync(Func<Db, DateTimeOffset, CancellationToken, Task<List<(RunWait Wait, EffectOutcome Outcome)>>> find, CancellationToken ct)
    {
        await using var scope = Enter(out var db);
        return await db.RetryOnConflictAsync(async () =>
        {
            var found = await find(db, clock.GetUtcNow(), ct);
            foreach (var (wait, outcome) in found)
            {
                db.Waits.Remove(wait);
                if (await db.Runs.SingleOrDefaultAsync(r => r.TenantId == wait.TenantId && r.Id == wait.RunId, ct) is { IsFinished: false } run)
                {
                    run.Enqueue(new EffectPerformed(wait.StepPath, wait.Attempt, outcome) { At = clock.GetUtcNow() });
                }
            }

            await db.SaveChangesAsync(ct);
            return found.Count;
        });
    }

    /// <summary>A message is done with the run that has it.</summary>
    private async Task<int> SettleAsync(CancellationToken ct)
    {
        await using var scope = Enter(out var db);
        return await db.RetryOnConflictAsync(async () =>
        {
            var over = await db.QueueMessages.Where(m => m.State == QueueMessageState.Claimed)
                .Join(db.Runs, m => new { m.TenantId, Id = m.ClaimedBy!.Value }, r => new { r.TenantId, r.Id }, (m, r) => new { Message = m, r.Status })
                .Where(x => x.Status == RunState.Completed || x.Status == RunState.Failed || x.Status == RunState.Cancelled)
                .Take(AtOnce).ToListAsync(ct);
            foreach (var x in over)
            {
                if (x.Status == RunState.Completed)
                {
                    db.QueueMessages.Remove(x.Message);
                }
                else
                {
                    x.Message.GiveBack(clock.GetUtcNow());
                }
            }

            await db.SaveChangesAsync(ct);
            return over.Count;
        });
    }

    private AsyncServiceScope Enter(out Db db)
    {
        var scope = scopes.CreateAsyncScope();
        scope.ServiceProvider.GetRequiredService<TenantScope>().EnterPlatform();
        db = scope.ServiceProvider.GetRequiredService<Db>();
        return scope;
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "What runs wait for could not be looked for.")]
    private static partial void LogFailed(ILogger logger, Exception exception);

    internal sealed record WaitOver(RunWait Wait, Run Run);
}
