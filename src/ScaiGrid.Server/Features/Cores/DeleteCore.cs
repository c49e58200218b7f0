using Microsoft.EntityFrameworkCore;
using ScaiGrid.Server.Access;
using ScaiGrid.Server.Data;
using ScaiGrid.Server.Features.Audit;
using ScaiGrid.Server.Features.Checkpoints;
using ScaiGrid.Server.Features.Publishing;
using ScaiGrid.Server.Features.Runs;
using ScaiGrid.Server.Features.Runs.Effects;
using ScaiGrid.Server.Features.Triggers;
using ScaiGrid.Server.Kernel;

namespace ScaiGrid.Server.Features.Cores;

/// <summary><c>DELETE /cores/{id}</c>: unpublishes it, cancels what waits in it, and removes it with all that its instances remember, all at once. Its finished runs stay on record.</summary>
internal static class DeleteCore
{
    public static void Map(IEndpointRouteBuilder cores) => cores
        .MapDelete("/cores/{id}", HandleAsync)
        .WithName("DeleteCore")
        .WithSummary("Delete a Core")
        .Requires(Permissions.CoreManage)
        .Audits("core.delete")
        .Produces(StatusCodes.Status204NoContent)
        .ProducesErrors(CoreErrors.NotFound, CoreErrors.InvalidTransition);

    private static async Task<IResult> HandleAsync(Id<Core> id, bool? force, Db db, Auditor auditor, WaitClock waits, TimeProvider clock, CancellationToken ct)
    {
        List<Run> cancelled = [];
        var deleted = await db.RetryOnConflictAsync<Result<Core>>(async () =>
        {
            if (await db.Cores.SingleOrDefaultAsync(c => c.Id == id, ct) is not { } core)
            {
                return CoreErrors.Missing(id);
            }

            if (core.RefuseDelete(force ?? false) is { } refused)
            {
                return refused;
            }

            if (core.Publication is { } publication)
            {
                await UnpublishCore.RemoveAsync(db, core, publication, clock, ct);
            }

            db.LocksFirst(locking => db.LockInstancesAsync(core.TenantId, core.Id, locking)); // before its runs, as those do themselves
            cancelled = await CancelWaitingAsync(db, core, clock.GetUtcNow(), ct);
            await CoreSchedules.RemoveAsync(db, core, ct);
            db.Cores.Remove(core);
            auditor.Changed(core.Id.Value, CoreView.Of(core), null);
            await db.SaveChangesAsync(ct);
            return core;
        });

        cancelled.ForEach(waits.Ended);
        return deleted.Succeeded(out _, out var error) ? Reply.NoContent() : error.ToResult();
    }

    private static async Task<List<Run>> CancelWaitingAsync(Db db, Core core, DateTimeOffset now, CancellationToken ct)
    {
        foreach (var checkpoint in await db.Checkpoints.Where(c => c.CoreId == core.Id && c.Status == CheckpointStatus.Pending).ToListAsync(ct))
        {
            checkpoint.Status = CheckpointStatus.Cancelled;
        }

        var runs = await db.Runs.Where(r => r.CoreId == core.Id && (r.Status == RunState.Queued || r.Status == RunState.Suspended)).ToListAsync(ct);
        foreach (var run in runs)
        {
            run.Cancel(now);
            await RunWait.FollowAsync(db, run, [], ct);
        }

        return runs;
    }
}
