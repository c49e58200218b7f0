using ScaiGrid.Runtime.Execution;

namespace ScaiGrid.Runtime;

/// <summary>
/// Executes runs. Both calls return when there is nothing left to do but to wait: the run has ended, or only people can take
/// it further. A cancelled <c>ct</c> ends the run as cancelled; whoever wants it to go on later keeps the history from before.
/// </summary>
public static class Engine
{
    /// <summary>
    /// Raised whenever a change could be noticed by a replay. Every run records the version it began with, and the change asks
    /// for it. 2: plugins, HTTP, queues and other Cores. 3: the size of an instance's memory.
    /// </summary>
    public const int Version = 3;

    public static Task<RunResult> RunAsync(Program program, RunStart start, IRunHost host, CancellationToken ct)
    {
        var shell = new RunShell(program, host, [], ct);
        return shell.RunAsync(new RunStarted(
            Version, start.RunId, program.Digest, start.FlowName ?? program.Flows[0], start.Input, start.Config, start.InstanceKey,
            start.Variables, start.Limits, start.MemoryRevision));
    }

    /// <summary>
    /// Folds the history again, performing nothing that it tells the outcome of, takes in the events, and goes on. An event that
    /// is refused changes nothing; when nothing else happens, the result says why the last one was.
    /// </summary>
    /// <param name="program">The one the run began with: another gives <see cref="RunFaults.HistoryMismatch"/>.</param>
    /// <param name="happened">In order; none only goes on with what was under way, as after a crash.</param>
    public static Task<RunResult> ResumeAsync(
        Program program, RunHistory history, IRunHost host, CancellationToken ct, params ReadOnlySpan<RunEvent> happened)
    {
        var shell = new RunShell(program, host, history.Copy(), ct);
        return shell.Replay() is { } mismatch
            ? Task.FromResult(shell.Result(RunStatus.Failed, mismatch))
            : shell.RunAsync(happened);
    }
}
