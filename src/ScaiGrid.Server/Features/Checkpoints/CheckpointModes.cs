using ScaiGrid.Flows.Language;
using ScaiGrid.Flows.Manifests;
using ScaiGrid.Runtime;
using ScaiGrid.Server.Features.Cores;

namespace ScaiGrid.Server.Features.Checkpoints;

/// <summary>
/// Which of a Core's checkpoints people get to see. <c>auto</c>: all. <c>visual_queue</c>: not those for debugging and those whose context says
/// <c>visible: false</c>; they wait all the same, and whoever knows them may resolve them. <c>routed</c>: only those assigned to somebody; the
/// others are cancelled at once.
/// </summary>
internal static class CheckpointModes
{
    extension(CheckpointMode mode)
    {
        public bool Hides(OpenCheckpoint open) =>
            mode == CheckpointMode.VisualQueue && (open.Type == CheckpointStep.Breakpoint || open.Context["visible"] is { Kind: ValueKind.Bool, IsTruthy: false });

        public bool Cancels(OpenCheckpoint open) => mode == CheckpointMode.Routed && Checkpoint.ParseAssignee(open.Assignee).Type == AssigneeType.Unrouted;

        /// <summary>Takes back the questions that the mode lets nobody be asked, and lets the run go on from there.</summary>
        public async Task<RunResult> ApplyAsync(Program program, RunResult result, IRunHost host, CancellationToken ct)
        {
            while (result.Status == RunStatus.Suspended && result.Checkpoints.FirstOrDefault(c => mode.Cancels(c)) is { } open)
            {
                result = await Engine.ResumeAsync(program, result.History, host, ct, new CheckpointCancelled(open.Id, null, "The question is assigned to nobody, and this Core asks only whom it names."));
            }

            return result;
        }
    }
}
