using System.Collections.Concurrent;
using System.Runtime.CompilerServices;

namespace ScaiGrid.Server.Access.RateLimiting;

/// <summary>How a request fared.</summary>
/// <param name="Limit">Of the quota that has the least left.</param>
/// <param name="Remaining">How many more requests that quota allows now.</param>
/// <param name="Reset">Whole seconds until that quota allows one more than now; when refused, until the same request may be allowed.</param>
internal readonly record struct RateOutcome(bool Allowed, int Limit, int Remaining, int Reset);

/// <summary>
/// Counts requests in exact sliding windows of 60 seconds. A request is counted for all its quotas or, when one of them is used
/// up, for none. Exact within one process.
/// </summary>
internal sealed class RateLimiter : IDisposable
{
    public const int MaxQuotas = 4;

    public static readonly TimeSpan Window = TimeSpan.FromSeconds(60);

    private readonly ConcurrentDictionary<(RateLevel, string), RateWindow> _windows = new();
    private readonly TimeProvider _clock;
    private readonly ITimer _sweep;
    private readonly long _length;

    public RateLimiter(TimeProvider clock)
    {
        _clock = clock;
        _length = (long)(Window.TotalSeconds * clock.TimestampFrequency);
        _sweep = clock.CreateTimer(_ => DropIdle(), null, Window, Window);
    }

    public int WindowCount => _windows.Count;

    /// <param name="quotas">1 to <see cref="MaxQuotas"/>, in the order of their levels.</param>
    public RateOutcome Take(ReadOnlySpan<Quota> quotas)
    {
        var windows = default(Windows);
        for (var i = 0; i < quotas.Length; i++)
        {
            windows[i] = Enter(quotas[i]);
        }

        try
        {
            return Decide(quotas, windows[..quotas.Length], _clock.GetTimestamp()); // read under the locks, so that each window's moments are in order
        }
        finally
        {
            for (var i = quotas.Length - 1; i >= 0; i--)
            {
                Monitor.Exit(windows[i]);
            }
        }
    }

    public void Dispose() => _sweep.Dispose();

    /// <summary>Forgets windows in which nothing happened, so that callers who left cost nothing.</summary>
    public void DropIdle()
    {
        foreach (var (key, window) in _windows)
        {
            lock (window)
            {
                window.ForgetUntil(_clock.GetTimestamp() - _length);
                if (window.Count == 0)
                {
                    window.Retired = true; // for whoever holds it already and waits for the lock
                    _windows.TryRemove(key, out _);
                }
            }
        }
    }

    private RateOutcome Decide(ReadOnlySpan<Quota> quotas, ReadOnlySpan<RateWindow> windows, long now)
    {
        var allowed = true;
        var wait = 0L;
        for (var i = 0; i < quotas.Length; i++)
        {
            windows[i].ForgetUntil(now - _length);
            if (windows[i].Count >= quotas[i].Limit)
            {
                allowed = false;
                wait = Math.Max(wait, Until(windows[i][windows[i].Count - quotas[i].Limit], now));
            }
        }

        var tightest = 0;
        for (var i = 0; i < quotas.Length; i++)
        {
            if (allowed)
            {
                windows[i].Add(now);
            }

            if (quotas[i].Limit - windows[i].Count < quotas[tightest].Limit - windows[tightest].Count)
            {
                tightest = i;
            }
        }

        var window = windows[tightest];
        return new(
            allowed,
            quotas[tightest].Limit,
            Math.Max(0, quotas[tightest].Limit - window.Count),
            Seconds(allowed ? Until(window[0], now) : wait));
    }

    private RateWindow Enter(Quota quota)
    {
        while (true)
        {
            var window = _windows.GetOrAdd((quota.Level, quota.Id), static _ => new());
            Monitor.Enter(window);
            if (!window.Retired)
            {
                return window;
            }

            Monitor.Exit(window);
        }
    }

    private long Until(long moment, long now) => moment + _length - now;

    private int Seconds(long ticks) => (int)Math.Max(1, (ticks + _clock.TimestampFrequency - 1) / _clock.TimestampFrequency);

    [InlineArray(MaxQuotas)]
    private struct Windows
    {
        private RateWindow _first;
    }
}
