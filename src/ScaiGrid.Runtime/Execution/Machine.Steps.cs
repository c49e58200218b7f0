using ScaiGrid.Flows.Language;
using ScaiGrid.Runtime.Nodes;

namespace ScaiGrid.Runtime.Execution;

/// <summary>What the nodes do to a run.</summary>
internal sealed partial class Machine
{
    private int _modelCalls, _effects, _marks;
    private ModelUsage _tokens;

    public Scope ScopeOf(Fiber fiber)
    {
        _scope.Frame = fiber.Top;
        return _scope;
    }

    /// <summary>The value; or false after the run, or the branch, has failed for want of one.</summary>
    public bool Succeeded(Fiber fiber, Evaluation evaluation, out Value value)
    {
        if (evaluation.Succeeded(out value, out var fault))
        {
            return true;
        }

        Fail(fiber, RunFaults.ExpressionFault, $"{fault.Message} ({fault.Code} at {fault.Position})");
        return false;
    }

    public void Ready(Fiber fiber) => _ready.Enqueue(fiber);

    public void Finish(Fiber fiber, Value result) => Finish(fiber, result, StepStatus.Completed);

    /// <summary>Its guard does not hold: the step was never entered.</summary>
    public void Skip(Fiber fiber) => Finish(fiber, default, StepStatus.Skipped);

    /// <summary>Finishes a step that has no result.</summary>
    public void GoTo(Fiber fiber, int next)
    {
        if (!TryEmit(fiber, default))
        {
            return;
        }

        fiber.Top.Trace?.Finish(Now, NextMark(), StepStatus.Completed, default, 0);
        fiber.Top.Index = next;
    }

    public void Call(Fiber fiber, ModelCall call)
    {
        if (_modelCalls == Limits.ModelCalls)
        {
            Fail(fiber, RunFaults.LimitModelCalls, $"A run may call models {Limits.ModelCalls} times.");
            return;
        }

        _modelCalls++;
        WaitFor(fiber, call);
    }

    public void Perform(Fiber fiber, Effect effect)
    {
        if (_effects == Limits.Effects)
        {
            Fail(fiber, RunFaults.LimitEffects, $"A run may touch the world outside {Limits.Effects} times.");
            return;
        }

        _effects++;
        WaitFor(fiber, effect);
    }

    /// <summary>The outcome comes later. Nothing but the trace shows it: a replay does not know of it.</summary>
    public void Defer(Effect effect)
    {
        if (_waiting.TryGetValue(effect.StepPath, out var fiber) && fiber.Top.Trace is { } trace)
        {
            trace.Status = StepStatus.Waiting;
        }
    }

    public void Ask(Fiber fiber, Question question)
    {
        (fiber.WaitsAt, fiber.Question) = (fiber.Top.Path, question);
        _waiting.Add(fiber.WaitsAt, fiber);
        _commands.Enqueue(new AskForCheckpoint(fiber.WaitsAt));
        if (fiber.Top.Trace is { } trace)
        {
            trace.Status = StepStatus.Waiting;
        }

        if (fiber.Parent is { } parent)
        {
            ((ParallelNode)parent.Top.Node).StartBranches(this, parent);
        }
    }

    public void Fail(Fiber fiber, string code, string message) => Fail(fiber, new RunFault(code, message, fiber.Top.Path));

    /// <summary>The fiber is over. A branch's failure is its parallel step's to handle, unless the run has hit a limit.</summary>
    public void Fail(Fiber fiber, RunFault fault)
    {
        Abandon(fiber, StepStatus.Failed, fault);
        if (fiber.Parent is { } parent && !RunFaults.IsLimit(fault.Code))
        {
            ((ParallelNode)parent.Top.Node).BranchFailed(this, parent, fiber, fault);
        }
        else
        {
            End(RunStatus.Failed, fault);
        }
    }

    private void WaitFor(Fiber fiber, Effect effect)
    {
        (fiber.WaitsAt, fiber.Effect) = (effect.StepPath, effect);
        _waiting.Add(effect.StepPath, fiber);
        _commands.Enqueue(new Perform(effect));
        if (fiber.Top.Trace is { } trace)
        {
            trace.Asked = effect;
        }
    }

    private void Finish(Fiber fiber, Value result, StepStatus status)
    {
        var frame = fiber.Top;
        if (!TryMeasure(fiber, result, out var size) || !TryGrow(fiber, frame.Bind(frame.Node.Head.Result, result, size, NextChange())))
        {
            return;
        }

        if (status == StepStatus.Completed && !TryEmit(fiber, result))
        {
            return;
        }

        frame.Trace?.Finish(Now, NextMark(), status, result, size);
        frame.Activation = null;
        frame.Index = frame.Node.Head.Next;
    }

    private void End(RunStatus status, RunFault fault)
    {
        (_ended, Fault) = (status, fault);
        if (_root is { Done: false } root)
        {
            Abandon(root, StepStatus.Cancelled, null);
        }
    }

    /// <summary>Lets go of everything that the fiber, and the branches it started, hold or wait for.</summary>
    private void Abandon(Fiber fiber, StepStatus status, RunFault? fault)
    {
        fiber.Done = true;
        foreach (var frame in fiber.Frames())
        {
            _scopeSize -= frame.Size;
            if (frame.Trace is { FinishedAt: null } trace)
            {
                trace.Fail(Now, NextMark(), status, fault);
            }

            foreach (var branch in (frame.Activation as BranchSet)?.Fibers.Where(b => !b.Done) ?? [])
            {
                Abandon(branch, StepStatus.Cancelled, null);
            }
        }

        if (fiber.WaitsAt is not { } path)
        {
            return;
        }

        _waiting.Remove(path);
        if (fiber.CheckpointId is { } id)
        {
            _checkpoints.Close(id);
        }
        else if (fiber.Effect is not null)
        {
            _commands.Enqueue(new Forget(path));
        }
    }

    private void Count(Fiber fiber, ModelUsage usage)
    {
        _tokens += usage;
        if (fiber.Top.Trace is { } trace)
        {
            trace.Usage += usage;
        }
    }

    private int NextMark() => ++_marks;

    /// <summary>Tells what the author has the step tell: what is said with it, else the step's result.</summary>
    /// <returns>False after the run, or the branch, has failed on the payload's templates.</returns>
    private bool TryEmit(Fiber fiber, Value result)
    {
        if (fiber.Top.Node.Head.Emit is not { } emit)
        {
            return true;
        }

        var payload = result;
        if (emit.Payload is { } template && !Succeeded(fiber, template.Render(ScopeOf(fiber)), out payload))
        {
            return false;
        }

        if (fiber.Top.Trace is { } trace)
        {
            var fits = ValueSize.Of(payload) <= StepTrace.MaxResultSize;
            trace.Emitted = new(emit.Event, fits ? payload : default, !fits, NextMark());
        }

        return true;
    }
}
