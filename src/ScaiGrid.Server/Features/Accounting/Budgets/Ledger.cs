using ScaiGrid.Server.Kernel;

namespace ScaiGrid.Server.Features.Accounting.Budgets;

/// <summary>This process's share of one budget in one period: what it may still give to calls, and what they spent that the database does not know of yet.</summary>
internal sealed class Ledger(Id<Budget> budgetId, Period period) : IDisposable
{
    private readonly Lock _lock = new();
    private Amount _share, _unsaved, _refused;
    private long _quietSince, _refusedUntil;
    private int _held;
    private bool _overrun;

    public Id<Budget> BudgetId => budgetId;

    public Period Period => period;

    /// <summary>Held by whoever asks the database for more, so that it is asked once.</summary>
    public SemaphoreSlim Asking { get; } = new(1);

    /// <summary>Held by whoever tells the database, so that whoever comes second finds it told.</summary>
    public SemaphoreSlim Telling { get; } = new(1);

    /// <summary>Takes what a call may come to out of the share; false when the share does not cover it.</summary>
    public bool TryTake(Amount estimate, long now)
    {
        lock (_lock)
        {
            if (!_share.Covers(estimate))
            {
                return false;
            }

            (_share, _held, _quietSince) = (_share - estimate, _held + 1, now);
            return true;
        }
    }

    /// <summary>Takes it whether or not the share covers it; what it does not is owed.</summary>
    public void Take(Amount estimate, long now)
    {
        lock (_lock)
        {
            (_share, _held, _quietSince) = (_share - estimate, _held + 1, now);
        }
    }

    /// <summary>What the share lacks for a call.</summary>
    public Amount ShortOf(Amount estimate)
    {
        lock (_lock)
        {
            return _share.ShortOf(estimate);
        }
    }

    public void Add(Amount granted)
    {
        lock (_lock)
        {
            _share += granted;
        }
    }

    /// <summary>The database has not so much; until then it is not asked again for as much or more.</summary>
    public void Refuse(Amount need, long until)
    {
        lock (_lock)
        {
            (_refused, _refusedUntil, _overrun) = (need, until, true);
        }
    }

    public bool IsRefused(Amount need, long now)
    {
        lock (_lock)
        {
            return now < _refusedUntil && need.Covers(_refused);
        }
    }

    /// <summary>A call has ended: what it was given back comes into the share, and what it spent is on record with the next save.</summary>
    /// <param name="limited">The part of what it spent that the budget limits.</param>
    public void Settle(Amount estimate, Amount limited, Amount spent)
    {
        lock (_lock)
        {
            _share += estimate - limited;
            _unsaved += spent;
            _held--;
        }
    }

    /// <summary>What the database is to be told: what was spent, and by how much what is kept back changes.</summary>
    /// <param name="now">The time stamp; a share that nothing was taken of since <paramref name="quiet"/> before is given back.</param>
    public LedgerReport Report(long now, long quiet)
    {
        lock (_lock)
        {
            var isQuiet = _held == 0 && now - _quietSince >= quiet;
            var debt = default(Amount).ShortOf(default(Amount) - _share); // what calls took beyond the share
            var back = isQuiet ? _share + debt : default;
            var report = new LedgerReport(_unsaved, debt - back, _overrun, isQuiet);
            _share += debt - back;
            (_unsaved, _overrun) = (default, false);
            return report;
        }
    }

    /// <summary>The database could not be told.</summary>
    public void TakeBack(LedgerReport report)
    {
        lock (_lock)
        {
            _unsaved += report.Spent;
            _share -= report.Reserved;
            _overrun |= report.Overrun;
        }
    }

    public void Dispose()
    {
        Asking.Dispose();
        Telling.Dispose();
    }
}

/// <param name="Reserved">More is kept back by so much; less when it is negative.</param>
/// <param name="Overrun">A call met the limit.</param>
/// <param name="IsQuiet">Nothing is held, and nothing was for a while.</param>
internal readonly record struct LedgerReport(Amount Spent, Amount Reserved, bool Overrun, bool IsQuiet)
{
    public bool IsEmpty => Spent.IsZero && Reserved.IsZero && !Overrun;
}
