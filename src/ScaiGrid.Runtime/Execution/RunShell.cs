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

    /// <summary>Null until the first call: most runs make none.</summary>
    private CallsInFlight? _calls;

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

        return events.Count > 0 ? null : new(RunFaults.HistoryMismatch, "The history is empty.");
    }

    public Task<RunResult> RunAsync(RunEvent? e)
    {
        if (e is not null && Take(e) is { } refusal)
        {
            return Task.FromResult(Result(_machine.Status, refusal));
        }

        Advance();
        return IssueCommands() ? PerformAsync(_calls!) : Task.FromResult(Result());
    }

    public RunResult Result() => Result(_machine.Status, _machine.Fault);

    public RunResult Result(RunStatus status, RunFault? fault) => new(
        status, _machine.Output, fault, _machine.OpenCheckpoints, new(events), _machine.Trace, _machine.Usage, _machine.Variables);

    private async Task<RunResult> PerformAsync(CallsInFlight calls)
    {
        try
        {
            do
            {
                try
                {
                    Record(await calls.NextAsync());
                    Advance();
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
            await calls.StopAsync();
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
                case CallModel call:
                    (_calls ??= new(host, ct)).Start(call.Call);
                    break;
                case AskForCheckpoint ask:
                    Record(new CheckpointOpened(ask.StepPath, host.NewCheckpointId()));
                    Advance();
                    break;
                case Forget forget:
                    _calls?.Forget(forget.StepPath);
                    break;
            }
        }

        return _calls is { IsEmpty: false };
    }
}
