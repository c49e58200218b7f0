using Microsoft.EntityFrameworkCore;
using ScaiGrid.Runtime;
using ScaiGrid.Server.Data;
using ScaiGrid.Server.Features.Audit;
using ScaiGrid.Server.Features.Runs;
using ScaiGrid.Server.Kernel;

namespace ScaiGrid.Server.Features.Checkpoints;

/// <summary>What resolving and cancelling have in common: the decision and the run that goes on with it are saved as one.</summary>
internal sealed class DecideCheckpoint(Db db, Auditor auditor, RunWorker worker)
{
    /// <param name="decide">What becomes of the checkpoint, as an event for its run.</param>
    public async Task<IResult> HandleAsync<TEvent>(Id<Checkpoint> id, Func<Checkpoint, Result<TEvent>> decide, CancellationToken ct) where TEvent : RunEvent
    {
        var decided = await db.RetryOnConflictAsync<Result<CheckpointView>>(async () =>
        {
            if (await db.Checkpoints.SingleOrDefaultAsync(c => c.Id == id, ct) is not { } checkpoint)
            {
                return CheckpointErrors.Missing(id);
            }

            var before = CheckpointView.Of(checkpoint);
            if (!decide(checkpoint).Succeeded(out var happened, out var refused))
            {
                return refused;
            }

            var run = await db.Runs.SingleAsync(r => r.Id == checkpoint.ExecutionId, ct);
            run.Enqueue(happened);
            auditor.Changed(id.Value, before, CheckpointView.Of(checkpoint));
            await db.SaveChangesAsync(ct);
            return CheckpointView.Of(checkpoint);
        });

        if (!decided.Succeeded(out var answer, out var error))
        {
            return error.ToResult();
        }

        worker.Wake();
        return Reply.Ok(answer);
    }
}
