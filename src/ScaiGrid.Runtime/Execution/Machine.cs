using ScaiGrid.Flows.Language;
using ScaiGrid.Runtime.Nodes;

namespace ScaiGrid.Runtime.Execution;

/// <summary>
/// A run as a function of its events: folding the same events gives the same state and asks for the same effects, always.
/// There is no clock, no id and no I/O in here. Steps that need nothing from outside execute between two events; the rest
/// becomes a <see cref="Command"/>, and the step waits for the event that answers it.
/// </summary>
/// <remarks>Not thread-safe; one machine is one run in one place.</remarks>
internal sealed partial class Machine
{
    private readonly Program _program;
    private readonly MachineScope _scope;
    private readonly Queue<Fiber> _ready = new();
    private readonly Queue<Command> _commands = new();
    private readonly Dictionary<string, Fiber> _waiting = new(StringComparer.Ordinal);
    private readonly Checkpoints _checkpoints = new();
    private readonly List<StepTrace> _trace = [];

    private RunStarted? _start;
    private Value? _run;
    private Fiber? _root;
    private RunStatus? _ended;

    public Machine(Program program) => (_program, _scope) = (program, new(this));

    /// <summary>The time of the last event: the run's clock stands still between two of them.</summary>
    public DateTimeOffset Now { get; private set; }

    public Value Input => _start!.Input;

    public Value Config => _start!.Config;

    public RunLimits Limits => _start!.Limits;

    public string RunId => _start!.RunId;

    /// <summary>What expressions read as <c>run</c>.</summary>
    public Value Run => _run ??= Value.Object(
    [
        new("id", _start!.RunId),
        new("flow", _start.Flow),
        new("instance_key", _start.InstanceKey),
        new("started_at", Iso8601.Text(_start.At)),
    ]);

    public int Steps { get; private set; }

    public bool Ended => _ended is not null;

    public RunStatus Status => _ended ?? RunStatus.Suspended;

    public Value Output { get; private set; }

    public RunFault? Fault { get; private set; }

    public IReadOnlyList<OpenCheckpoint> OpenCheckpoints => _checkpoints.Open;

    public IReadOnlyList<StepTrace> Trace => _trace;

    public RunUsage Usage => new(Steps, _modelCalls, _tokens.InputTokens, _tokens.OutputTokens, _tokens.Cost);

    /// <summary>What has been asked for and not been taken yet, in order. Some of it may be answered already, after a replay.</summary>
    public bool TryTakeCommand([System.Diagnostics.CodeAnalysis.NotNullWhen(true)] out Command? command)
    {
        while (_commands.TryDequeue(out command))
        {
            if (command is Forget || IsWanted(command))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Executes what needs no event.</summary>
    /// <param name="until">Stops once so many steps have been executed since the run began.</param>
    /// <returns>True when it stopped for that, and there is more to execute.</returns>
    public bool Advance(int until)
    {
        while (_ready.TryPeek(out var fiber))
        {
            if (Ended || fiber.Blocked)
            {
                _ready.Dequeue();
            }
            else if (fiber.Top.Index == fiber.Top.Steps.Length)
            {
                EndList(fiber);
            }
            else if (Steps >= until)
            {
                return true;
            }
            else
            {
                Enter(fiber);
            }
        }

        return false;
    }

    private void Enter(Fiber fiber)
    {
        var frame = fiber.Top;
        frame.Activation = null;
        frame.Trace = null;
        if (Steps == Limits.Steps)
        {
            Fail(fiber, RunFaults.LimitSteps, $"A run may execute {Limits.Steps} steps.");
            return;
        }

        Steps++;
        if (_trace.Count < Limits.Trace)
        {
            _trace.Add(frame.Trace = new(frame.Node.Head, frame.Path, Now, NextMark()));
        }

        frame.Node.Enter(this, fiber);
    }

    private void EndList(Fiber fiber)
    {
        var frame = fiber.Top;
        _scopeSize -= frame.Size;
        if (!fiber.AtBottom)
        {
            fiber.Pop();
            fiber.Top.Node.ListEnded(this, fiber, frame);
        }
        else if (fiber.Parent is { } parent)
        {
            ((ParallelNode)parent.Top.Node).BranchEnded(this, parent, fiber, frame.Result);
        }
        else
        {
            fiber.Done = true;
            (_ended, Output) = (RunStatus.Completed, frame.Result);
        }
    }

    private bool IsWanted(Command command) =>
        _waiting.TryGetValue(command.StepPath, out var fiber) && command switch
        {
            Perform perform => fiber.Effect?.Attempt == perform.Effect.Attempt,
            AskForCheckpoint => fiber is { Question: not null, CheckpointId: null },
            _ => true,
        };
}
