using ScaiGrid.Server.Features.Runs;
using ScaiGrid.Server.Features.Runs.Replicas;
using ScaiGrid.Server.Kernel;

namespace ScaiGrid.Server.Features.Instances;

/// <summary>Those who wait in this process for one instance.</summary>
internal sealed class LocalLine : IDisposable
{
    private static readonly TimeSpan Shortest = TimeSpan.FromMilliseconds(10), Longest = TimeSpan.FromMilliseconds(250), PruneEvery = TimeSpan.FromMilliseconds(500);

    private readonly SemaphoreSlim _work = new(0);
    private TimeSpan _pause = Shortest;
    private long _pruned;

    /// <summary>In the order they came. Read and changed under the lock of <see cref="Turns"/>.</summary>
    public List<Waiter> Waiters { get; } = [];

    public void Wake()
    {
        if (_work.CurrentCount == 0)
        {
            _work.Release();
        }
    }

    /// <summary>The longer nothing happens elsewhere, the less often it is looked for.</summary>
    public void Served(bool somebody) => _pause = somebody ? Shortest : TimeSpan.FromTicks(Math.Min(_pause.Ticks * 3 / 2, Longest.Ticks));

    public Task RestAsync() => _work.WaitAsync(_pause);

    /// <summary>It is time to look whether the first in line is alive.</summary>
    public bool IsDue(TimeProvider clock)
    {
        if (_pruned != 0 && clock.GetElapsedTime(_pruned) < PruneEvery)
        {
            return false;
        }

        _pruned = clock.GetTimestamp();
        return true;
    }

    public void Dispose() => _work.Dispose();
}

/// <summary>A run that waits in this process for its turn.</summary>
internal sealed class Waiter(Id<Run> run) : TaskCompletionSource<Result<Turn>>(TaskCreationOptions.RunContinuationsAsynchronously)
{
    /// <summary>It stands in the instance's row, as far as this process knows.</summary>
    private bool _isPlaced;

    private bool _isFull, _hasTurn;

    public Id<Run> Run => run;

    /// <summary>Has its turn, or waits no longer and is out of the line.</summary>
    public bool IsGone => _hasTurn || (Task.IsCompleted && !_isPlaced);

    /// <summary>Is not in line yet, or not to be in it any longer.</summary>
    public bool WantsChange => _isPlaced == Task.IsCompleted && !_hasTurn;

    /// <summary>A run that is to leave the line, whatever its turn came to.</summary>
    public static Waiter ToLeave(Id<Run> run)
    {
        var waiter = new Waiter(run) { _isPlaced = true };
        waiter.TrySetCanceled(CancellationToken.None);
        return waiter;
    }

    /// <returns>False when it waits no longer, or the turn is worth nothing.</returns>
    public bool TryGive(Result<Turn> turn) => _hasTurn = TrySetResult(turn) && turn.Succeeded(out _, out _);

    /// <summary>Into the line or out of it. Run again when the change of the row was lost to another one.</summary>
    public void Move(Instance instance, Id<Replica> owner)
    {
        if (!Task.IsCompleted)
        {
            _isFull = !instance.TryEnter(new(run, owner, Stored: false));
        }
        else if (instance.HasUnstored(run)) // it may have been stored since, and waits on in the database
        {
            instance.Leave(run);
        }
    }

    /// <summary>The row is changed.</summary>
    /// <param name="instance">Null when there is no such instance, because its Core is gone.</param>
    public void Moved(Instance? instance, string key)
    {
        var wasPlaced = _isPlaced;
        _isPlaced = instance?.HasUnstored(run) ?? false;
        if (!_isPlaced)
        {
            TrySetResult(_isFull && !wasPlaced ? InstanceErrors.LineIsFull(key) : InstanceErrors.NoTurn(key));
        }
    }

    /// <summary>The row may be changed or not: whoever got no turn is taken out of the line later, to be sure.</summary>
    public void Fail(Exception e)
    {
        TrySetException(e);
        _isPlaced = !_hasTurn;
    }
}
