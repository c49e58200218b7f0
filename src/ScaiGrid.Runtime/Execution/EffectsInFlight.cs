namespace ScaiGrid.Runtime.Execution;

/// <summary>The effects under way, at most one for each step.</summary>
internal sealed class EffectsInFlight(IRunHost host, CancellationToken ct)
{
    private readonly Dictionary<string, (Task<Ended> Task, CancellationTokenSource Stop)> _effects = new(StringComparer.Ordinal);
    private readonly List<Task> _forgotten = [];

    public bool IsEmpty => _effects.Count == 0;

    public void Start(Effect effect)
    {
        var stop = CancellationTokenSource.CreateLinkedTokenSource(ct);
        _effects.Add(effect.StepPath, (PerformAsync(effect, stop.Token), stop));
    }

    /// <summary>The outcome of whichever ends first.</summary>
    public async Task<Ended> NextAsync()
    {
        var first = _effects.Count == 1 ? _effects.Values.First().Task : await Task.WhenAny(_effects.Values.Select(e => e.Task));
        var ended = await first;
        _effects.Remove(ended.Effect.StepPath, out var effect);
        effect.Stop.Dispose();
        return ended;
    }

    public void Forget(string stepPath)
    {
        if (_effects.Remove(stepPath, out var effect))
        {
            effect.Stop.Cancel();
            _forgotten.Add(effect.Task.ContinueWith(_ => effect.Stop.Dispose(), TaskScheduler.Default));
        }
    }

    /// <summary>Ends what is still under way and waits for it: no effect outlives the execution that asked for it.</summary>
    public async Task StopAsync()
    {
        foreach (var stepPath in _effects.Keys.ToArray())
        {
            Forget(stepPath);
        }

        await Task.WhenAll(_forgotten);
    }

    private async Task<Ended> PerformAsync(Effect effect, CancellationToken stop)
    {
        if (effect.Timeout is not { } timeout)
        {
            return new(effect, await AskAsync(effect, stop));
        }

        using var alarm = new CancellationTokenSource(timeout > TimeSpan.Zero ? timeout : TimeSpan.Zero, host.Clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(stop, alarm.Token);
        try
        {
            return new(effect, await AskAsync(effect, either.Token));
        }
        catch (OperationCanceledException) when (alarm.IsCancellationRequested && !stop.IsCancellationRequested)
        {
            return new(effect, OutOfTime(effect));
        }
    }

    private async Task<RunEvent?> AskAsync(Effect effect, CancellationToken stop) => effect is ModelCall call
        ? new ModelAnswered(call.StepPath, call.Attempt, await host.CallModelAsync(call, stop))
        : await host.PerformAsync(effect, stop) is { } outcome ? new EffectPerformed(effect.StepPath, effect.Attempt, outcome) : null;

    private static RunEvent OutOfTime(Effect effect) => effect is ModelCall
        ? new ModelAnswered(effect.StepPath, effect.Attempt, ModelAnswer.Failed(ModelFailure.Timeout, "The step's budget of time is used up.", retryable: false))
        : new EffectPerformed(effect.StepPath, effect.Attempt, EffectOutcome.Failed(
            EffectFailure.Timeout, $"There was no outcome within {effect.Timeout!.Value.TotalSeconds:0.###} s.", retryable: true));

    /// <param name="Outcome">Null when it comes later.</param>
    public sealed record Ended(Effect Effect, RunEvent? Outcome);
}
