using ScaiGrid.Flows.Language;
using ScaiGrid.Runtime;

namespace ScaiGrid.Server.Features.Runs;

internal sealed partial class Run
{
    public bool IsFinished => Status is RunState.Completed or RunState.Failed or RunState.Cancelled;

    /// <summary>Its row has been written with the next version.</summary>
    public void Saved() => Version++;

    /// <summary>Takes over where the engine left the run.</summary>
    public void Take(RunResult result, DateTimeOffset now)
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
            ? (result.Fault?.Code, result.Fault?.Message.Replace('\0', '\uFFFD'), result.Fault?.StepPath) // it may quote the input
            : (null, null, null);
        Steps = RunTrace.Write(result.Trace);
        (ModelCalls, PromptTokens, CompletionTokens) = (result.Usage.ModelCalls, result.Usage.InputTokens, result.Usage.OutputTokens);
        FinishedAt = IsFinished ? now : null;
        Owner = null;
    }

    /// <summary>Ends the run for a reason outside its program.</summary>
    public void Fail(string code, string message, DateTimeOffset now)
    {
        (Status, ErrorCode, ErrorMessage) = (RunState.Failed, code, message);
        (FinishedAt, Owner, Pending) = (now, null, default);
    }

    public void Cancel(DateTimeOffset now)
    {
        (Status, ErrorCode, ErrorMessage) = (RunState.Cancelled, RunFaults.Cancelled, "The run was cancelled.");
        (FinishedAt, Owner, Pending) = (now, null, default);
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
