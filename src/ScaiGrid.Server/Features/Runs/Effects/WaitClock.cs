using Microsoft.EntityFrameworkCore;
using ScaiGrid.Flows.Language;
using ScaiGrid.Runtime;
using ScaiGrid.Server.Data;
using ScaiGrid.Server.Features.Tenancy;
using ScaiGrid.Server.Kernel;

namespace ScaiGrid.Server.Features.Runs.Effects;

/// <summary>
/// Brings suspended runs what they wait for: the message, the end of the run they called, or that the time is over. It also settles the messages
/// of runs that are over. Each process looks for what happened in it, at once, and every second for what the time brings; each outcome is brought
/// once. What a process did not come to look for before it died is found by the others, who look through everything then.
/// </summary>
internal sealed partial class WaitClock(IServiceScopeFactory scopes, RunWorker worker, TimeProvider clock, ILogger<WaitClock> logger) : BackgroundService
{
    private const int AtOnce = 100;

    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);

    /// <summary>How far back the look for messages that come back goes: clocks of processes differ.</summary>
    private static readonly TimeSpan Overlap = TimeSpan.FromSeconds(10);

    /// <summary>For what nobody thought of.</summary>
    private static readonly TimeSpan Sweep = TimeSpan.FromMinutes(10);

    private readonly WaitAgenda _agenda = new();
    private readonly SemaphoreSlim _work = new(0);
    private DateTimeOffset _lookedAt = clock.GetUtcNow();
    private long _swept = clock.GetTimestamp();

    /// <summary>The run is over: who called it may wait for it, and it may have had messages.</summary>
    public void Ended(Run run) => Add(run.TenantId, news =>
    {
        news.Ended.Add(run.Id);
        if (run.CallKey is { } key)
        {
            news.Calls.Add(key);
        }
    });

    /// <summary>The run waits now, and what it waits for may be there by now.</summary>
    public void Suspended(Run run, IEnumerable<Effect> waiting) => Add(run.TenantId, news =>
    {
        foreach (var wait in waiting.Select(effect => RunWait.Of(run, effect)))
        {
            _ = wait.Queue is { } queue ? news.Queues.Add(queue) : news.Calls.Add(wait.EffectKey);
        }
    });

    /// <summary>There is a message.</summary>
    public void Published(QueueMessage message) => Add(message.TenantId, news => news.Queues.Add(message.Queue));

    /// <summary>Something may have happened that nobody here was told of.</summary>
    public void LookAtEverything()
    {
        _agenda.AddEverything();
        Wake();
    }

    /// <returns>How much was done.</returns>
    public async Task<int> LookAsync(CancellationToken ct)
    {
        if (clock.GetElapsedTime(_swept) > Sweep)
        {
            _swept = clock.GetTimestamp();
            _agenda.AddEverything();
        }

        var done = 0;
        try
        {
            await NoteComingBackAsync(ct);
            foreach (var news in _agenda.Take())
            {
                done += await AllAsync(() => SettleAsync(news, ct)) + await AllAsync(() => BringAsync(db => EndedRunsAsync(db, news, ct), ct))
                    + await AllAsync(() => BringAsync(db => MessagesAsync(db, news, ct), ct));
            }

            done += await AllAsync(() => BringAsync(db => LapsedAsync(db, ct), ct));
        }
        catch
        {
            _agenda.AddEverything();
            throw;
        }
        finally
        {
            if (done > 0)
            {
                worker.Wake();
            }
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

    /// <summary>The waits for runs that are over. Those are told by their time: by their status SQLite would look through every run that ever ended.</summary>
    internal static IQueryable<WaitOver> WaitsOver(Db db, WaitNews? news) => Calls(db, news)
        .Join(db.Runs, w => new { w.TenantId, Key = (string?)w.EffectKey }, r => new { r.TenantId, Key = r.CallKey }, (w, r) => new { Wait = w, Run = r })
        .Where(x => x.Run.FinishedAt != null)
        .Select(x => new WaitOver(x.Wait, x.Run));

    /// <summary>The messages that somebody waits for.</summary>
    internal static IQueryable<QueueMessage> Awaited(Db db, WaitNews? news, DateTimeOffset now)
    {
        var messages = news is null ? db.QueueMessages : db.QueueMessages.Where(m => m.TenantId == news.TenantId && news.Queues.Contains(m.Queue));
        return messages.Where(m => m.State == QueueMessageState.Ready && m.VisibleAt <= now && db.Waits.Any(w => w.TenantId == m.TenantId && w.Queue == m.Queue));
    }

    /// <summary>The messages that became free again between two times, after their last taker had failed.</summary>
    internal static IQueryable<QueueMessage> ComingBack(Db db, DateTimeOffset after, DateTimeOffset now) =>
        db.QueueMessages.Where(m => m.State == QueueMessageState.Ready && m.Failures > 0 && m.VisibleAt > after && m.VisibleAt <= now);

    private static IQueryable<RunWait> Calls(Db db, WaitNews? news) => news is null
        ? db.Waits.Where(w => w.Queue == null)
        : db.Waits.Where(w => w.TenantId == news.TenantId && news.Calls.Contains(w.EffectKey) && w.Queue == null);

    /// <summary>The messages that runs have which are over, or may be.</summary>
    internal static IQueryable<QueueMessage> Held(Db db, WaitNews? news) => news is null
        ? db.QueueMessages.Where(m => m.State == QueueMessageState.Claimed)
        : db.QueueMessages.Where(m => m.TenantId == news.TenantId && m.State == QueueMessageState.Claimed && news.Ended.Contains(m.ClaimedBy!.Value));

    private static async Task<int> AllAsync(Func<Task<int>> some)
    {
        var all = 0;
        for (var done = await some(); done > 0; done = await some())
        {
            all += done;
        }

        return all;
    }

    private void Add(Id<Tenant> tenantId, Action<WaitNews> note)
    {
        _agenda.Add(tenantId, note);
        Wake();
    }

    private void Wake()
    {
        if (_work.CurrentCount == 0)
        {
            _work.Release();
        }
    }

    private static async Task<List<(RunWait Wait, EffectOutcome Outcome)>> EndedRunsAsync(Db db, WaitNews? news, CancellationToken ct) =>
        news is { Calls.Count: 0 } ? [] : [.. (await WaitsOver(db, news).Take(AtOnce).ToListAsync(ct)).Select(x => (x.Wait, CoreCalls.OutcomeOf(x.Run)!))];

    private async Task<List<(RunWait Wait, EffectOutcome Outcome)>> MessagesAsync(Db db, WaitNews? news, CancellationToken ct)
    {
        if (news is { Queues.Count: 0 })
        {
            return [];
        }

        var ready = await Awaited(db, news, clock.GetUtcNow()).OrderByDescending(m => m.Rank).ThenBy(m => m.Id).Take(AtOnce).ToListAsync(ct);
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

    private async Task<List<(RunWait Wait, EffectOutcome Outcome)>> LapsedAsync(Db db, CancellationToken ct)
    {
        var now = clock.GetUtcNow();
        var lapsed = await db.Waits.Where(w => w.Until <= now).OrderBy(w => w.Until).Take(AtOnce).ToListAsync(ct);
        return [.. lapsed.Select(w => (w, w.Queue is null ? CoreCalls.TimedOut(null) : new EffectOutcome(Value.Null)))];
    }

    /// <summary>A message that failed is there again after a while, and nobody tells.</summary>
    private async Task NoteComingBackAsync(CancellationToken ct)
    {
        await using var scope = Enter(out var db);
        var now = clock.GetUtcNow();
        var queues = await ComingBack(db, _lookedAt - Overlap, now).Select(m => new { m.TenantId, m.Queue }).Distinct().ToListAsync(ct);
        queues.ForEach(q => _agenda.Add(q.TenantId, news => news.Queues.Add(q.Queue)));
        _lookedAt = now;
    }

    /// <summary>One save takes the waits away and queues the runs with what they waited for.</summary>
    private async Task<int> BringAsync(Func<Db, Task<List<(RunWait Wait, EffectOutcome Outcome)>>> find, CancellationToken ct)
    {
        await using var scope = Enter(out var db);
        return await db.RetryOnConflictAsync(async () =>
        {
            var found = await find(db);
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
    private async Task<int> SettleAsync(WaitNews? news, CancellationToken ct)
    {
        if (news is { Ended.Count: 0 })
        {
            return 0;
        }

        await using var scope = Enter(out var db);
        return await db.RetryOnConflictAsync(async () =>
        {
            var over = await Held(db, news)
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
