using Microsoft.EntityFrameworkCore;
using ScaiGrid.Runtime;
using ScaiGrid.Server.Data;
using ScaiGrid.Server.Features.Cores;
using ScaiGrid.Server.Features.Runs;

namespace ScaiGrid.Server.Features.Checkpoints;

/// <summary>Makes the rows say what the run says, as part of the caller's save.</summary>
internal static class CheckpointRows
{
    /// <param name="open">The questions that the run has open now.</param>
    public static async Task FollowAsync(Db db, Run run, IReadOnlyList<OpenCheckpoint> open, CheckpointMode mode, CancellationToken ct)
    {
        var rows = await db.Checkpoints.Where(c => c.ExecutionId == run.Id).ToListAsync(ct);
        foreach (var row in rows.Where(r => r.Status == CheckpointStatus.Pending && open.All(o => o.Id != r.Id.Value)))
        {
            row.Status = CheckpointStatus.Cancelled; // the run ended, or took another way
        }

        db.Checkpoints.AddRange(open.Where(o => rows.TrueForAll(r => r.Id.Value != o.Id)).Select(o => Checkpoint.Open(run, o, isHidden: mode.Hides(o))));
    }
}
