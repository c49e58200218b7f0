using ScaiGrid.Gateway.Providers;

namespace ScaiGrid.Gateway.Routing;

/// <summary>
/// Keeps calls from a backend that has failed several times in a row; after a rest it lets one call through, and that one's
/// fate decides. Whoever enters reports how it ended: succeeded, failed or abandoned.
/// </summary>
internal sealed class Circuit(int threshold, TimeSpan rest, TimeProvider clock)
{
    private readonly Lock _gate = new();
    private volatile bool _open;
    private volatile ProviderFailure? _lastFailure;
    private bool _probing;
    private long _openedAt;
    private int _failures;

    public bool TryEnter()
    {
        if (!_open)
        {
            return true;
        }

        lock (_gate)
        {
            if (!_open)
            {
                return true;
            }

            if (_probing || clock.GetElapsedTime(_openedAt) < rest)
            {
                return false;
            }

            return _probing = true;
        }
    }

    public void Succeeded()
    {
        if (_lastFailure is null)
        {
            return; // the way of nearly every call: no lock
        }

        lock (_gate)
        {
            (_lastFailure, _failures, _open, _probing) = (null, 0, false, false);
        }
    }

    /// <param name="counts">The backend itself is at fault, in a way that calling it less may help.</param>
    public void Failed(ProviderFailure failure, bool counts)
    {
        lock (_gate)
        {
            _lastFailure = failure;
            _failures = counts ? _failures + 1 : 0;
            var opens = counts && (_probing || _failures >= threshold);
            if (opens && (_probing || !_open)) // calls that were under way when it opened do not prolong the rest
            {
                _openedAt = clock.GetTimestamp();
            }

            _open = opens || (_open && counts);
            _probing = false;
        }
    }

    /// <summary>The call ended without telling anything of the backend.</summary>
    public void Abandoned()
    {
        lock (_gate)
        {
            _probing = false;
        }
    }

    public BackendHealth Health()
    {
        lock (_gate)
        {
            var left = rest - clock.GetElapsedTime(_openedAt);
            var state = !_open ? CircuitState.Closed : _probing || left <= TimeSpan.Zero ? CircuitState.HalfOpen : CircuitState.Open;
            return new(state, _failures, _lastFailure, state == CircuitState.Open ? left : null);
        }
    }
}
