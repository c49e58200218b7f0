using ScaiGrid.Flows.Language;
using ScaiGrid.Flows.Manifests;

namespace ScaiGrid.Runtime;

public enum RunStatus
{
    Completed,

    /// <summary>
    /// Waits at the open checkpoints and for the outcomes that are still to come; <see cref="RunResult.History"/> is all that is
    /// needed to go on.
    /// </summary>
    Suspended,
    Failed,
    Cancelled,
}

/// <summary>Where a run stands when the engine has nothing left to do for it.</summary>
/// <param name="Output">The result of the last step executed; null unless completed.</param>
/// <param name="Fault">
/// Why a run failed or was cancelled. On a run that is suspended or completed: why the event was refused, which then left
/// the run as it was.
/// </param>
/// <param name="Checkpoints">Those that wait for a resolution now, in the order they were opened.</param>
/// <param name="Waiting">The effects whose outcome the host has promised for later.</param>
/// <param name="Trace">The steps executed, in the order they began; the whole run's, also after a resumption.</param>
/// <param name="Variables">As the run left them; <see cref="Program.Remember"/> tells which of them the instance's next run begins with.</param>
public sealed record RunResult(
    RunStatus Status, Value Output, RunFault? Fault, IReadOnlyList<OpenCheckpoint> Checkpoints, IReadOnlyList<Effect> Waiting,
    RunHistory History, IReadOnlyList<StepTrace> Trace, RunUsage Usage, Value Variables);

/// <param name="Code">Stable, one of <see cref="RunFaults"/>.</param>
/// <param name="StepPath">Where; null when it concerns no step.</param>
public sealed record RunFault(string Code, string Message, string? StepPath = null);

/// <param name="Cost">As the host counts it, in whatever currency.</param>
public readonly record struct RunUsage(int Steps, int ModelCalls, long InputTokens, long OutputTokens, decimal Cost = 0);

/// <summary>A question that the run waits to have answered.</summary>
/// <param name="Options">The answers allowed; empty allows any value.</param>
/// <param name="Assignee">As written, <c>user:…</c>, <c>group:…</c>, <c>role:…</c>; null is unrouted.</param>
/// <param name="ExpiresAt">When <see cref="CheckpointExpired"/> is due; null is never.</param>
/// <param name="OnTimeout"><c>fail</c>, <c>escalate</c>, or the option that is then taken.</param>
/// <param name="Context">What the reviewer is shown; null for nothing.</param>
/// <param name="Form">The review form and its queue; null for none.</param>
public sealed record OpenCheckpoint(
    string Id, string StepPath, string StepId, string? NodeId, string Type, string Prompt, IReadOnlyList<string> Options,
    string? Assignee, CheckpointPriority Priority, DateTimeOffset OpenedAt, DateTimeOffset? ExpiresAt, string OnTimeout,
    string? EscalationTarget, Value Context, Value Form);
