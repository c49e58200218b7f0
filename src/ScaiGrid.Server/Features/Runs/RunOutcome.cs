using ScaiGrid.Flows.Language;
using ScaiGrid.Runtime;

namespace ScaiGrid.Server.Features.Runs;

internal sealed partial class Run
{
    public bool IsFinished => Status is RunState.Completed or RunState.Failed or RunState.Cancelled;

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
        Steps = Value.Array([.. result.Trace.Select(Show)]);
        (ModelCalls, PromptTokens, CompletionTokens) = (result.Usage.ModelCalls, result.Usage.InputTokens, result.Usage.OutputTokens);
        FinishedAt = IsFinished ? now : null;
        LeaseUntil = null;
    }

    /// <summary>Ends the run for a reason outside its program.</summary>
    public void Fail(string code, string message, DateTimeOffset now)
    {
        (Status, ErrorCode, ErrorMessage) = (RunState.Failed, code, message);
        (FinishedAt, LeaseUntil, Pending) = (now, null, default);
    }

    public void Cancel(DateTimeOffset now)
    {
        (Status, ErrorCode, ErrorMessage) = (RunState.Cancelled, RunFaults.Cancelled, "The run was cancelled.");
        (FinishedAt, LeaseUntil, Pending) = (now, null, default);
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

    private static Value Show(StepTrace step)
    {
        var members = new List<KeyValuePair<string, Value>>(12)
        {
            new("path", step.Path),
            new("id", step.Id),
            new("kind", step.Kind),
            new("node_id", step.NodeId),
            new("result_binding", step.ResultBinding),
            new("status", step.Status.ToString().ToLowerInvariant()),
            new("started_at", Time(step.StartedAt)),
            new("finished_at", step.FinishedAt is { } finished ? Time(finished) : Value.Null),
            new("result", step.Result),
        };
        if (step.ResultTruncated)
        {
            members.Add(new("result_truncated", true));
        }

        if (step.Usage is { InputTokens: > 0 } or { OutputTokens: > 0 })
        {
            members.Add(new("usage", Value.Object([new("prompt_tokens", step.Usage.InputTokens), new("completion_tokens", step.Usage.OutputTokens)])));
        }

        if (step.Fault is { } fault)
        {
            members.Add(new("error", Value.Object([new("code", fault.Code), new("message", fault.Message)])));
        }

        return Value.Object(members);
    }

    private static string Time(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", System.Globalization.CultureInfo.InvariantCulture);
}
