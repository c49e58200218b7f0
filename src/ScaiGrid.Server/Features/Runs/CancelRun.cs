using Microsoft.EntityFrameworkCore;
using ScaiGrid.Server.Access;
using ScaiGrid.Server.Data;
using ScaiGrid.Server.Features.Audit;
using ScaiGrid.Server.Features.Checkpoints;
using ScaiGrid.Server.Features.Cores;
using ScaiGrid.Server.Features.Instances;
using ScaiGrid.Server.Features.Runs.Effects;
using ScaiGrid.Server.Kernel;

namespace ScaiGrid.Server.Features.Runs;

/// <summary><c>POST /runs/{id}/cancel</c>: ends a run that is queued, executed or waiting, and its checkpoints with it.</summary>
internal static class CancelRun
{
    public static void Map(IEndpointRouteBuilder runs) => runs
        .MapPost("/runs/{id}/cancel", HandleAsync)
        .WithName("CancelRun")
        .WithSummary("Cancel a run")
        .Requires(Permissions.CoreManage)
        .Audits("run.cancel")
        .Answers<RunView>()
        .ProducesErrors(RunErrors.NotFound, RunErrors.Finished);

    private static async Task<IResult> HandleAsync(Id<Run> id, Db db, WriteBehind writeBehind, Auditor auditor, RunLeases leases, Turns turns, WaitClock waits, TimeProvider clock, CancellationToken ct)
    {
        await writeBehind.FlushAsync(ct);
        Run? waited = null;
        var cancelled = await db.RetryOnConflictAsync<Result<RunView>>(async () =>
        {
            if (await db.Runs.SingleOrDefaultAsync(r => r.Id == id, ct) is not { } run)
            {
                return RunErrors.Missing(id);
            }

            if (run.IsFinished)
            {
                return RunErrors.Finished.With($"The run is {run.Status.ToString().ToLowerInvariant()}.");
            }

            waited = run is { Status: RunState.Queued, InstanceKey: not null } ? run : null; // one that is executed ends its turn itself
            var before = RunView.Of(run);
            run.Cancel(clock.GetUtcNow());
            await CheckpointRows.FollowAsync(db, run, [], CheckpointMode.Auto, ct);
            await RunWait.FollowAsync(db, run, [], ct);
            auditor.Changed(run.Id.Value, before, RunView.Of(run));
            await db.SaveChangesAsync(ct);
            waits.Ended(run);
            return RunView.Of(run);
        });
        await leases.LoseAsync(id);
        if (waited is not null)
        {
            await turns.LeaveAsync(waited, ct);
        }

        return cancelled.Succeeded(out var answer, out var error) ? Reply.Ok(answer) : error.ToResult();
    }
}
