using ScaiGrid.Flows.Language;
using ScaiGrid.Runtime;

namespace ScaiGrid.Server.Features.Runs;

internal sealed partial class Run
{
    public bool IsFinished => Status is RunState.Completed or RunState.Failed or RunState.Cancelled;

    /// <summary>Its row has been written with the next version.</summary>
    public void Saved() => Version++;

    /// <summary>Tells what the run has done so far.</summary>
    public void Progress(IReadOnlyList<StepTrace> trace, SecretMask mask) => (Steps, Events) = (RunTrace.Write(trace, mask), 1 + RunTrace.MarksOf(trace));

    /// <summary>Takes over where the engine left the run.</summary>
    public void Take(RunResult result, SecretMask mask, DateTimeOffset now)
    {
        Status = result.Status switch
        {
            RunStatus.Completed => RunState.Completed,
            RunStatus.Suspended => RunState.Suspended,
            RunStatus.Cancelled => RunState.Cancelled,
            _ => RunState.Failed,
        };
        Output = result.Output;
        (ErrorCode, ErrorMessage, ErrorStep) = Status is RunState.Failed or RunState.Cancelled
            ? (result.Fault?.Code, result.Fault is { } fault ? mask.InText(fault.Message).Replace('\0', '\uFFFD') : null, result.Fault?.StepPath) // it may quote the input
            : (null, null, null);
        Progress(result.Trace, mask);
        (ModelCalls, PromptTokens, CompletionTokens, Cost) = (result.Usage.ModelCalls, result.Usage.InputTokens, result.Usage.OutputTokens, result.Usage.Cost);
        FinishedAt = IsFinished ? now : null;
        Events += IsFinished ? 1 : 0;
        Owner = null;
    }

    /// <summary>Ends the run for a reason outside its program.</summary>
    public void Fail(string code, string message, DateTimeOffset now)
    {
        (Status, ErrorCode, ErrorMessage) = (RunState.Failed, code, message);
        (FinishedAt, Owner, Pending) = (now, null, default);
        Events = Math.Max(Events, 1) + 1; // it has started at any rate, and that it ended is the last
    }

    public void Cancel(DateTimeOffset now)
    {
        (Status, ErrorCode, ErrorMessage) = (RunState.Cancelled, RunFaults.Cancelled, "The run was cancelled.");
        (FinishedAt, Owner, Pending) = (now, null, default);
        Events = Math.Max(Events, 1) + 1;
    }

    /// <summary>Lets the run go on with what has happened to it beyond the events that it has taken.</summary>
    public void Await(Value pending, int taken)
    {
        var more = pending.Items.Skip(taken).ToArray();
        Pending = more.Length > 0 && !IsFinished ? Value.Array(more) : default;
        if (Status == RunState.Suspended && !Pending.IsNull)
        {
            Status = RunState.Queued;
        }
    }

    /// <summary>Queues an event with which the run goes on; several may wait at once.</summary>
    public void Enqueue(RunEvent happened)
    {
        Pending = Value.Array([.. Pending.Items, Value.FromJson(RunEvents.ToJson(happened))]);
        if (Status == RunState.Suspended)
        {
            Status = RunState.Queued;
        }
    }
}
