using ScaiGrid.Flows.Language;
using ScaiGrid.Flows.Manifests;

namespace ScaiGrid.Runtime.Execution;

internal sealed partial class Machine
{
    /// <summary>Takes an event in. What it sets going is executed by the next <see cref="Advance"/>.</summary>
    /// <returns>Why the event is refused, with the state as it was; null when it was taken.</returns>
    public RunFault? Fold(RunEvent e)
    {
        if (_start is null)
        {
            return e is RunStarted start ? Fold(start) : Mismatch("a history begins with run_started");
        }

        if (Ended)
        {
            return new(RunFaults.RunFinished, "The run has ended.");
        }

        var before = Now;
        Now = e.At;
        var refusal = e switch
        {
            ModelAnswered answered => Fold(answered),
            EffectPerformed performed => Fold(performed),
            CheckpointOpened opened => Fold(opened),
            CheckpointResolved resolved => Fold(resolved),
            CheckpointExpired expired => Fold(expired),
            CheckpointCancelled cancelled => Fold(cancelled),
            RunCancelled cancelled => Fold(cancelled),
            MemoryRead read => Fold(read),
            _ => Mismatch("a run starts once"),
        };
        Now = refusal is null ? Now : before;
        return refusal;
    }

    private RunFault? Fold(RunStarted start)
    {
        if (start.EngineVersion > Engine.Version)
        {
            return Mismatch($"it was written by engine {start.EngineVersion}, later than this one");
        }

        if (start.Program != _program.Digest)
        {
            return Mismatch("it belongs to another program");
        }

        (_start, Now) = (start, start.At);
        if (!_program.TryGetFlow(start.Flow, out var steps))
        {
            End(RunStatus.Failed, new(RunFaults.UnknownFlow, $"The program has no flow '{start.Flow}'."));
            return null;
        }

        _root = new(null, 0, new(steps, null));
        if (StartVariables())
        {
            Ready(_root);
        }

        return null;
    }

    private RunFault? Fold(ModelAnswered answered)
    {
        if (!_waiting.TryGetValue(answered.StepPath, out var fiber) || fiber.Effect is not ModelCall call || call.Attempt != answered.Attempt)
        {
            return Mismatch($"'{answered.StepPath}' does not wait for the answer to call {answered.Attempt}");
        }

        Wake(fiber);
        Count(fiber, answered.Answer.Usage);
        fiber.Top.Node.Answered(this, fiber, answered.Answer);
        return null;
    }

    private RunFault? Fold(EffectPerformed performed)
    {
        if (!_waiting.TryGetValue(performed.StepPath, out var fiber) || fiber.Effect is null or ModelCall || fiber.Effect.Attempt != performed.Attempt)
        {
            return Mismatch($"'{performed.StepPath}' does not wait for the outcome of attempt {performed.Attempt}");
        }

        Wake(fiber);
        fiber.Top.Node.Performed(this, fiber, performed.Outcome);
        return null;
    }

    private RunFault? Fold(CheckpointOpened opened)
    {
        if (!_waiting.TryGetValue(opened.StepPath, out var fiber) || fiber is not { Question: not null, CheckpointId: null }
            || _checkpoints.IsKnown(opened.CheckpointId))
        {
            return Mismatch($"'{opened.StepPath}' does not ask for a checkpoint '{opened.CheckpointId}'");
        }

        _checkpoints.Add(opened.CheckpointId, fiber, Now);
        return null;
    }

    private RunFault? Fold(CheckpointResolved resolved)
    {
        if (!_checkpoints.TryGet(resolved.CheckpointId, out var checkpoint, out var fiber, out var refusal))
        {
            return refusal;
        }

        if (!Checkpoints.Allows(checkpoint, resolved.Resolution))
        {
            return new(RunFaults.CheckpointInvalidResolution,
                $"The resolution must be one of {string.Join(", ", checkpoint.Options)}.", checkpoint.StepPath);
        }

        Resolve(fiber, resolved.Resolution);
        return null;
    }

    private RunFault? Fold(CheckpointExpired expired)
    {
        if (!_checkpoints.TryGet(expired.CheckpointId, out var checkpoint, out var fiber, out var refusal))
        {
            return refusal;
        }

        switch (checkpoint.OnTimeout)
        {
            case CheckpointStep.Fail:
                Wake(fiber);
                Fail(fiber, RunFaults.CheckpointExpired, "Nobody answered in time.");
                break;
            case CheckpointStep.Escalate:
                _checkpoints.Escalate(checkpoint.Id);
                break;
            default:
                Resolve(fiber, checkpoint.OnTimeout);
                break;
        }

        return null;
    }

    private RunFault? Fold(CheckpointCancelled cancelled)
    {
        if (!_checkpoints.TryGet(cancelled.CheckpointId, out _, out var fiber, out var refusal))
        {
            return refusal;
        }

        Wake(fiber);
        Fail(fiber, RunFaults.CheckpointCancelled, cancelled.Comment ?? "The checkpoint was cancelled.");
        return null;
    }

    private RunFault? Fold(RunCancelled cancelled)
    {
        End(RunStatus.Cancelled, new(RunFaults.Cancelled, cancelled.Reason));
        return null;
    }

    private RunFault? Fold(MemoryRead read)
    {
        if (!RestoreVariables(read.Variables))
        {
            End(RunStatus.Failed, new(RunFaults.LimitScopeSize, $"A run may hold {Limits.ScopeSize} characters of values at a time."));
        }

        return null;
    }

    private void Resolve(Fiber fiber, Value resolution)
    {
        Wake(fiber);
        fiber.Top.Node.Resolved(this, fiber, resolution);
    }

    private void Wake(Fiber fiber)
    {
        _waiting.Remove(fiber.WaitsAt!);
        if (fiber.CheckpointId is { } id)
        {
            _checkpoints.Close(id);
        }

        if (fiber.Top.Trace is { } trace)
        {
            trace.Status = StepStatus.Running;
        }

        fiber.Wake();
        Ready(fiber);
    }

    private static RunFault Mismatch(string why) =>
        new(RunFaults.HistoryMismatch, $"The history does not fit the program: {why}.");
}
