using System.Collections.Concurrent;
using System.Collections.Frozen;
using Microsoft.EntityFrameworkCore;
using ScaiGrid.Gateway.Chat;
using ScaiGrid.Server.Access;
using ScaiGrid.Server.Access.RateLimiting;
using ScaiGrid.Server.Data;
using ScaiGrid.Server.Features.Models;
using ScaiGrid.Server.Features.Webhooks;
using ScaiGrid.Server.Kernel;
using Route = ScaiGrid.Gateway.Routing.Route;

namespace ScaiGrid.Server.Features.Accounting.Budgets;

/// <summary>
/// Keeps calls within their budgets. What a call may come to is kept back before it is made and what it came to is settled after it. Each process
/// takes shares of what is left from the database, so that a call asks it only now and then, and all processes together give out no more than there is.
/// </summary>
internal sealed partial class BudgetGuard : BackgroundService
{
    public static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);

    /// <summary>What is kept back for an answer of which nobody said how long it may be.</summary>
    private const int UnsaidTokens = 1024;

    /// <summary>How many calls a minute go on, in each process, over a limit that throttles.</summary>
    private const int ThrottledCalls = 6;

    private static readonly TimeSpan Quiet = TimeSpan.FromSeconds(5), Pause = TimeSpan.FromMilliseconds(250);

    private readonly IServiceScopeFactory _scopes;
    private readonly RateLimiter _limiter;
    private readonly IdSource _ids;
    private readonly TimeProvider _clock;
    private readonly ILogger<BudgetGuard> _logger;
    private readonly ConcurrentDictionary<(Id<Budget> Budget, DateTimeOffset Start), Ledger> _ledgers = new();
    private FrozenDictionary<(BudgetScope Scope, string Id), Budget[]> _budgets = FrozenDictionary<(BudgetScope, string), Budget[]>.Empty;

    public BudgetGuard(IServiceScopeFactory scopes, ChangeStamps stamps, RateLimiter limiter, IdSource ids, TimeProvider clock, ILogger<BudgetGuard> logger)
    {
        (_scopes, _limiter, _ids, _clock, _logger) = (scopes, limiter, ids, clock, logger);
        stamps.Keep(Stamped.Budgets, LoadAsync);
    }

    /// <summary>False on an installation without budgets, where calls are held up by none.</summary>
    public bool Any => _budgets.Count > 0;

    /// <summary>What a chat may come to: the estimated prompt, and all the tokens that the answer may have.</summary>
    public static Amount EstimateOf(ChatRequest request, CatalogueModel model, Route route)
    {
        var most = Math.Min(request.MaxTokens ?? route.MaxOutputTokens ?? UnsaidTokens, route.MaxOutputTokens ?? int.MaxValue);
        return Concerning(model, EstimateOf(new Usage(request.EstimatedPromptTokens, (int)Math.Min(int.MaxValue / 2, (long)most * request.ChoiceCount)), route));
    }

    public static Amount EstimateOf(Usage usage, Route route) => new(route.Prices?.Cost(usage) ?? 0, (long)usage.PromptTokens + usage.CompletionTokens, 1);

    /// <summary>What counts for budgets: the tokens of a published Core are those of the calls that its run makes, which count by themselves.</summary>
    public static Amount Concerning(CatalogueModel model, Amount amount) => model.Core is null ? amount : amount with { Tokens = 0 };

    /// <summary>Keeps back what a call may come to.</summary>
    /// <returns>What is to be settled, null when no budget concerns the caller; or why the call may not be made.</returns>
    public async ValueTask<(Hold? Hold, Error? Refused)> HoldAsync(Principal payer, Amount estimate, CancellationToken ct)
    {
        Hold? hold = null;
        foreach (var budget in Of(payer))
        {
            hold ??= new(estimate);
            var ledger = LedgerOf(budget);
            if (await TakeAsync(budget, ledger, budget.Limits.Only(estimate), ct) is { } refused)
            {
                hold.Dispose();
                return (null, refused);
            }

            hold.Add(ledger, budget.Limits);
        }

        return (hold, null);
    }

    /// <summary>Tells the database what this process knows of a budget.</summary>
    public async Task FlushAsync(Id<Budget> id, CancellationToken ct)
    {
        foreach (var ledger in _ledgers.Values.Where(l => l.BudgetId == id))
        {
            await SaveAsync(ledger, Quiet, ct);
        }
    }

    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        await base.StopAsync(cancellationToken);
        await SaveAllAsync(TimeSpan.Zero, cancellationToken);
    }

    /// <summary>Saves what is known and gives back what lies idle.</summary>
    public async Task SaveAllAsync(TimeSpan quiet, CancellationToken ct)
    {
        foreach (var (key, ledger) in _ledgers)
        {
            try
            {
                if (await SaveAsync(ledger, quiet, ct) && ledger.Period.End <= _clock.GetUtcNow())
                {
                    _ledgers.TryRemove(key, out _);
                }
            }
            catch (Exception e) when (e is not OperationCanceledException)
            {
                LogBehind(_logger, key.Budget.Value, e);
            }
        }
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Interval, _clock);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            await SaveAllAsync(Quiet, stoppingToken);
        }
    }

    private IEnumerable<Budget> Of(Principal payer)
    {
        IEnumerable<(BudgetScope, string?)> scopes =
        [
            (BudgetScope.Partner, payer.PartnerId?.Value), (BudgetScope.Tenant, payer.TenantId?.Value), (BudgetScope.User, payer.UserId.Value),
            .. payer.Groups.Select(g => (BudgetScope.Group, (string?)g)),
        ];
        var budgets = _budgets;
        return scopes.SelectMany(s => s.Item2 is { } id && budgets.TryGetValue((s.Item1, id), out var found) ? found : []);
    }

    private Ledger LedgerOf(Budget budget)
    {
        var period = Period.Of(budget.Period, _clock.GetUtcNow());
        return _ledgers.GetOrAdd((budget.Id, period.Start), static (key, period) => new(key.Budget, period), period);
    }

    /// <returns>Null when it is taken.</returns>
    private async ValueTask<Error?> TakeAsync(Budget budget, Ledger ledger, Amount estimate, CancellationToken ct)
    {
        if (ledger.TryTake(estimate, _clock.GetTimestamp()))
        {
            return null;
        }

        await ledger.Asking.WaitAsync(ct);
        try
        {
            if (ledger.TryTake(estimate, _clock.GetTimestamp()))
            {
                return null;
            }

            var need = ledger.ShortOf(estimate);
            if (!ledger.IsRefused(need, _clock.GetTimestamp()))
            {
                if (await AskAsync(budget, ledger, need, ct) is { } granted)
                {
                    ledger.Add(granted);
                    ledger.Take(estimate, _clock.GetTimestamp());
                    return null;
                }

                ledger.Refuse(need, _clock.GetTimestamp() + (long)(Pause.TotalSeconds * _clock.TimestampFrequency));
            }
        }
        finally
        {
            ledger.Asking.Release();
        }

        return Over(budget, ledger, estimate);
    }

    private Error? Over(Budget budget, Ledger ledger, Amount estimate)
    {
        var wait = ledger.Period.End is { } end ? (int?)Math.Ceiling((end - _clock.GetUtcNow()).TotalSeconds) : null;
        if (budget.HardAction == HardAction.Block)
        {
            return BudgetErrors.Exceeded.With($"The budget '{budget.Name}' has no room for this call.") with { RetryAfter = wait };
        }

        if (budget.HardAction == HardAction.Throttle && _limiter.Take([new(RateLevel.Budget, budget.Id.Value, ThrottledCalls)]) is { Allowed: false } outcome)
        {
            return BudgetErrors.Exceeded.With($"The budget '{budget.Name}' is used up: at most {ThrottledCalls} calls a minute go on.") with { RetryAfter = outcome.Reset };
        }

        ledger.Take(estimate, _clock.GetTimestamp());
        return null;
    }

    /// <summary>Asks the database for more.</summary>
    private async Task<Amount?> AskAsync(Budget budget, Ledger ledger, Amount need, CancellationToken ct)
    {
        await using var scope = _scopes.CreateAsyncScope();
        scope.ServiceProvider.GetRequiredService<TenantScope>().EnterPlatform();
        var db = scope.ServiceProvider.GetRequiredService<Db>();
        return await db.RetryOnConflictAsync(async () =>
        {
            var spending = await SpendingAsync(db, ledger, ct);
            spending.Reserved = budget.Limits.Only(spending.Reserved.OrMore(spending.Spent)); // a part may be limited since more was spent
            var granted = budget.Limits.Grant(spending.Reserved, need);
            if (granted is { } amount)
            {
                spending.Reserved += amount;
                await db.SaveChangesAsync(ct);
            }

            return granted;
        });
    }

    /// <returns>Whether the ledger holds nothing any more.</returns>
    private async Task<bool> SaveAsync(Ledger ledger, TimeSpan quiet, CancellationToken ct)
    {
        await ledger.Telling.WaitAsync(ct);
        try
        {
            return await TellAsync(ledger, quiet, ct);
        }
        finally
        {
            ledger.Telling.Release();
        }
    }

    private async Task<bool> TellAsync(Ledger ledger, TimeSpan quiet, CancellationToken ct)
    {
        var report = ledger.Report(_clock.GetTimestamp(), (long)(quiet.TotalSeconds * _clock.TimestampFrequency));
        if (report.IsEmpty)
        {
            return report.IsQuiet;
        }

        try
        {
            await using var scope = _scopes.CreateAsyncScope();
            scope.ServiceProvider.GetRequiredService<TenantScope>().EnterPlatform();
            var db = scope.ServiceProvider.GetRequiredService<Db>();
            await db.RetryOnConflictAsync(async () =>
            {
                if (await db.Budgets.AsNoTracking().SingleOrDefaultAsync(b => b.Id == ledger.BudgetId, ct) is { } budget)
                {
                    var spending = await SpendingAsync(db, ledger, ct);
                    spending.Spent += report.Spent;
                    spending.Reserved += budget.Limits.Only(report.Reserved);
                    Tell(db, budget, spending, report.Overrun);
                    await db.SaveChangesAsync(ct);
                }

                return true;
            });
        }
        catch
        {
            ledger.TakeBack(report);
            throw;
        }

        return report.IsQuiet;
    }

    /// <summary>Notes, once a period, that a limit came near or was reached.</summary>
    private void Tell(Db db, Budget budget, BudgetSpending spending, bool overrun)
    {
        var now = _clock.GetUtcNow();
        if (spending.SoftReachedAt is null && (overrun || budget.Limits.IsReached(spending.Spent, budget.SoftLimitPct)))
        {
            spending.SoftReachedAt = now;
            Happened(EventTypes.BudgetSoftLimit);
        }

        if (spending.HardReachedAt is null && (overrun || budget.Limits.IsReached(spending.Spent)))
        {
            spending.HardReachedAt = now;
            Happened(EventTypes.BudgetHardLimit);
        }

        void Happened(string type)
        {
            if (budget.TenantId is { } tenant) // partners have no webhooks
            {
                db.Add(OutgoingEvent.Of(_ids, tenant, budget.PartnerId, type, BudgetView.Of(budget, spending, now), now));
            }
        }
    }

    private static async Task<BudgetSpending> SpendingAsync(Db db, Ledger ledger, CancellationToken ct) =>
        await db.BudgetSpendings.SingleOrDefaultAsync(s => s.BudgetId == ledger.BudgetId && s.PeriodStart == ledger.Period.Start, ct)
        ?? db.Add(new BudgetSpending { BudgetId = ledger.BudgetId, PeriodStart = ledger.Period.Start }).Entity;

    private async Task LoadAsync(CancellationToken ct)
    {
        await using var scope = _scopes.CreateAsyncScope();
        scope.ServiceProvider.GetRequiredService<TenantScope>().EnterPlatform();
        var budgets = await scope.ServiceProvider.GetRequiredService<Db>().Budgets.AsNoTracking().OrderBy(b => b.Id).ToListAsync(ct);
        _budgets = budgets.GroupBy(b => (b.Scope, b.ScopeId)).ToFrozenDictionary(g => g.Key, g => g.ToArray());
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "What was spent of the budget {Budget} waits in memory for the database.")]
    private static partial void LogBehind(ILogger logger, string budget, Exception exception);
}
