namespace ScaiGrid.Runtime.Execution;

/// <summary>The model calls under way, at most one for each step.</summary>
internal sealed class CallsInFlight(IRunHost host, CancellationToken ct)
{
    private readonly Dictionary<string, (Task<ModelAnswered> Task, CancellationTokenSource Stop)> _calls = new(StringComparer.Ordinal);
    private readonly List<Task> _forgotten = [];

    public bool IsEmpty => _calls.Count == 0;

    public void Start(ModelCall call)
    {
        var stop = CancellationTokenSource.CreateLinkedTokenSource(ct);
        _calls.Add(call.StepPath, (PerformAsync(call, stop.Token), stop));
    }

    /// <summary>The outcome of whichever call ends first.</summary>
    public async Task<ModelAnswered> NextAsync()
    {
        var ended = _calls.Count == 1 ? _calls.Values.First().Task : await Task.WhenAny(_calls.Values.Select(c => c.Task));
        var answered = await ended;
        _calls.Remove(answered.StepPath, out var call);
        call.Stop.Dispose();
        return answered;
    }

    public void Forget(string stepPath)
    {
        if (_calls.Remove(stepPath, out var call))
        {
            call.Stop.Cancel();
            _forgotten.Add(call.Task.ContinueWith(_ => call.Stop.Dispose(), TaskScheduler.Default));
        }
    }

    /// <summary>Ends what is still under way and waits for it: no call outlives the execution that made it.</summary>
    public async Task StopAsync()
    {
        foreach (var stepPath in _calls.Keys.ToArray())
        {
            Forget(stepPath);
        }

        await Task.WhenAll(_forgotten);
    }

    private async Task<ModelAnswered> PerformAsync(ModelCall call, CancellationToken stop)
    {
        var answer = call.Timeout is { } timeout
            ? await CallWithinAsync(call, timeout, stop)
            : await host.CallModelAsync(call, stop);
        return new(call.StepPath, call.Attempt, answer);
    }

    private async Task<ModelAnswer> CallWithinAsync(ModelCall call, TimeSpan timeout, CancellationToken stop)
    {
        using var alarm = new CancellationTokenSource(timeout > TimeSpan.Zero ? timeout : TimeSpan.Zero, host.Clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(stop, alarm.Token);
        try
        {
            return await host.CallModelAsync(call, either.Token);
        }
        catch (OperationCanceledException) when (alarm.IsCancellationRequested && !stop.IsCancellationRequested)
        {
            return ModelAnswer.Failed(ModelFailure.Timeout, "The step's budget of time is used up.", retryable: false);
        }
    }
}
