namespace ScaiGrid.Runtime.Execution;

/// <summary>
/// The thin part that touches the world: it performs what the machine asks for, several calls at once, and folds the
/// outcomes in the order they come, each of them recorded first.
/// </summary>
internal sealed class RunShell(Program program, IRunHost host, List<RunEvent> events, CancellationToken ct)
{
    /// <summary>How many steps are executed between two looks at the cancellation token.</summary>
    private const int Slice = 256;

    private readonly Machine _machine = new(program);

    /// <summary>Asked for, and not begun.</summary>
    private readonly List<Effect> _due = [];

    private readonly List<Effect> _deferred = [];

    /// <summary>Null until the first effect: most runs have none.</summary>
    private EffectsInFlight? _effects;

    /// <summary>Why the last event was not taken; null when it was.</summary>
    private RunFault? _refusal;

    /// <summary>How many of the events are where a process after this one finds them.</summary>
    private int _saved;

    /// <summary>Brings the machine to where the history ends.</summary>
    /// <returns>Why the history is not one of this program; null when it is.</returns>
    public RunFault? Replay()
    {
        for (var i = 0; i < events.Count; i++)
        {
            if (_machine.Fold(events[i]) is { } refusal)
            {
                return refusal.Code == RunFaults.HistoryMismatch
                    ? refusal
                    : new(RunFaults.HistoryMismatch, $"The history does not fit the program: {refusal.Message}");
            }

            // A run that was cancelled in the midst of its steps had not executed those that came after.
            _machine.Advance(i + 1 < events.Count && events[i + 1] is RunCancelled cancelled ? cancelled.Steps : int.MaxValue);
        }

        _saved = events.Count;
        return events.Count > 0 ? null : new(RunFaults.HistoryMismatch, "The history is empty.");
    }

    public Task<RunResult> RunAsync(params ReadOnlySpan<RunEvent> happened)
    {
        foreach (var e in happened)
        {
            _refusal = Take(e);
            Advance();
        }

        return IssueCommands() ? PerformAsync(_effects!) : Task.FromResult(Result());
    }

    public RunResult Result() => Result(_machine.Status, _refusal ?? _machine.Fault);

    public RunResult Result(RunStatus status, RunFault? fault) => new(
        status, _machine.Output, fault, _machine.OpenCheckpoints, [.. _deferred], new(events), _machine.Trace, _machine.Usage,
        _machine.Variables);

    private async Task<RunResult> PerformAsync(EffectsInFlight effects)
    {
        try
        {
            do
            {
                try
                {
                    await BeginAsync(effects);
                    Take(await effects.NextAsync());
                }
                catch (OperationCanceledException) when (ct.IsCancellationRequested)
                {
                    Cancel();
                }
            }
            while (IssueCommands());

            return Result();
        }
        finally
        {
            await effects.StopAsync();
        }
    }

    /// <summary>The intent is saved first: whatever becomes of this process, the effect is never repeated under another key.</summary>
    private async Task BeginAsync(EffectsInFlight effects)
    {
        if (_due.Count == 0)
        {
            return;
        }

        if (events.Count > _saved && (host.IsDurable || _due.Exists(e => e is not ModelCall)))
        {
            await host.SaveAsync(new(events), _machine.Trace, ct);
            _saved = events.Count;
        }

        foreach (var effect in _due)
        {
            effects.Start(effect);
        }

        _due.Clear();
    }

    private void Take(EffectsInFlight.Ended ended)
    {
        if (ended.Outcome is { } outcome)
        {
            Record(outcome);
            Advance();
        }
        else
        {
            _machine.Defer(ended.Effect);
            _deferred.Add(ended.Effect);
        }
    }

    /// <summary>Records the event and folds it, or neither.</summary>
    private RunFault? Take(RunEvent e)
    {
        e = e is RunCancelled cancelled ? cancelled with { Steps = _machine.Steps } : e;
        e = e.At == default ? e with { At = Now() } : e;
        var refusal = _machine.Fold(e);
        if (refusal is null)
        {
            events.Add(e);
        }

        return refusal;
    }

    /// <summary>Takes the outcome of an effect. The machine asked for it: if it does not fit, somebody has a bug.</summary>
    private void Record(RunEvent outcome)
    {
        if (Take(outcome) is { } refusal)
        {
            throw new InvalidOperationException($"The outcome of an effect does not fit the run. {refusal.Message}");
        }

        _refusal = null;
    }

    /// <summary>Never before the last event: another replica's clock may be ahead of this one's.</summary>
    private DateTimeOffset Now() => host.Clock.GetUtcNow() is var now && now > _machine.Now ? now : _machine.Now;

    private void Advance()
    {
        while (_machine.Advance(_machine.Steps + Slice))
        {
            if (ct.IsCancellationRequested)
            {
                Cancel();
            }
        }
    }

    private void Cancel() => Record(new RunCancelled("The caller gave up or ran out of time."));

    /// <returns>True while there is something to wait for.</returns>
    private bool IssueCommands()
    {
        while (_machine.TryTakeCommand(out var command))
        {
            switch (command)
            {
                case Perform perform:
                    _due.Add(perform.Effect);
                    break;
                case AskForCheckpoint ask:
                    Record(new CheckpointOpened(ask.StepPath, host.NewCheckpointId()));
                    Advance();
                    break;
                case Forget forget:
                    _due.RemoveAll(e => e.StepPath == forget.StepPath);
                    _deferred.RemoveAll(e => e.StepPath == forget.StepPath);
                    _effects?.Forget(forget.StepPath);
                    break;
            }
        }

        _effects = _due.Count > 0 ? _effects ?? new(host, ct) : _effects;
        return _due.Count > 0 || _effects is { IsEmpty: false };
    }
}
