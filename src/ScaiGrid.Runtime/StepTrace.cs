using ScaiGrid.Flows.Language;
using ScaiGrid.Flows.Manifests;

namespace ScaiGrid.Runtime;

public enum StepStatus
{
    Running,

    /// <summary>At a checkpoint, or for an outcome that comes later.</summary>
    Waiting,
    Completed,

    /// <summary>Its guard did not hold.</summary>
    Skipped,
    Failed,
    Cancelled,
}

/// <summary>One execution of one step.</summary>
public sealed class StepTrace
{
    /// <summary>A result longer than this, about, is left out.</summary>
    public const int MaxResultSize = 4096;

    private readonly StepHead _head;

    internal StepTrace(StepHead head, string path, DateTimeOffset at, int mark) => (_head, Path, StartedAt, Entered) = (head, path, at, mark);

    /// <summary>
    /// Unique in the run and stable in replays: the place in the flow, with <c>#n</c> after a loop for its iteration n, from 0:
    /// <c>steps[2]#3.steps[0]</c>.
    /// </summary>
    public string Path { get; }

    public string Id => _head.Id;

    public string Kind => _head.Kind;

    /// <summary>The flow node it was compiled from; null in a manifest written by hand.</summary>
    public string? NodeId => _head.NodeId;

    /// <summary>The name its result is bound to.</summary>
    public string ResultBinding => _head.Result;

    /// <summary>Steps that call nothing take no time: the run's clock stands still between events.</summary>
    public DateTimeOffset StartedAt { get; }

    /// <summary>
    /// Its place among all that the trace tells, from 1: steps begun and ended and events told, in the order they happened. The same in
    /// every replay.
    /// </summary>
    public int Entered { get; }

    /// <summary>As <see cref="Entered"/>, of its end; 0 while it has not ended.</summary>
    public int Left { get; private set; }

    /// <summary>The last effect that it asked for; null when it asked for none.</summary>
    public Effect? Asked { get; internal set; }

    /// <summary>What it asked a person; null when it asked nobody.</summary>
    public OpenCheckpoint? Question { get; internal set; }

    /// <summary>What the author has it tell; null for nothing.</summary>
    public EmittedEvent? Emitted { get; internal set; }

    /// <summary>Null while it has not ended.</summary>
    public DateTimeOffset? FinishedAt { get; private set; }

    public StepStatus Status { get; internal set; }

    /// <summary>Null when there is none, or when <see cref="ResultTruncated"/>.</summary>
    public Value Result { get; private set; }

    public bool ResultTruncated { get; private set; }

    public ModelUsage Usage { get; internal set; }

    /// <summary>Null unless failed.</summary>
    public RunFault? Fault { get; private set; }

    internal void Finish(DateTimeOffset at, int mark, StepStatus status, Value result, int size)
    {
        (FinishedAt, Left, Status) = (at, mark, status);
        (Result, ResultTruncated) = size <= MaxResultSize ? (result, false) : (default, true);
    }

    internal void Fail(DateTimeOffset at, int mark, StepStatus status, RunFault? fault) => (FinishedAt, Left, Status, Fault) = (at, mark, status, fault);
}

/// <summary>An event of the author's own.</summary>
/// <param name="Payload">Null when it is longer, about, than <see cref="StepTrace.MaxResultSize"/>.</param>
/// <param name="Mark">As <see cref="StepTrace.Entered"/>.</param>
public sealed record EmittedEvent(string Type, Value Payload, bool PayloadTruncated, int Mark);
