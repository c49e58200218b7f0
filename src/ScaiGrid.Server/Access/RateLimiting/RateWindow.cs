namespace ScaiGrid.Server.Access.RateLimiting;

/// <summary>The moments of the requests of the last 60 seconds: a ring that grows as it must. Used under its own lock only.</summary>
internal sealed class RateWindow
{
    private long[] _moments = new long[4];
    private int _first;

    public int Count { get; private set; }

    /// <summary>True when it was found empty and is no longer the one that counts.</summary>
    public bool Retired { get; set; }

    /// <summary>The moment of the request that came <paramref name="index"/> after the oldest.</summary>
    public long this[int index] => _moments[(_first + index) % _moments.Length];

    /// <summary>Forgets what happened at that moment or before.</summary>
    public void ForgetUntil(long moment)
    {
        while (Count > 0 && _moments[_first] <= moment)
        {
            _first = (_first + 1) % _moments.Length;
            Count--;
        }
    }

    /// <param name="moment">Not before any other.</param>
    public void Add(long moment)
    {
        if (Count == _moments.Length)
        {
            var larger = new long[Count * 2];
            for (var i = 0; i < Count; i++)
            {
                larger[i] = this[i];
            }

            (_moments, _first) = (larger, 0);
        }

        _moments[(_first + Count) % _moments.Length] = moment;
        Count++;
    }
}
