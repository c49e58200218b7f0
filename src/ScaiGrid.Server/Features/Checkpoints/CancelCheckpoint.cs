using ScaiGrid.Server.Access;
using ScaiGrid.Server.Features.Audit;
using ScaiGrid.Server.Kernel;

namespace ScaiGrid.Server.Features.Checkpoints;

/// <summary><c>POST /checkpoints/{id}/cancel</c>: takes the question back, which fails the run.</summary>
internal static class CancelCheckpoint
{
    public static void Map(IEndpointRouteBuilder checkpoints) => checkpoints
        .MapPost("/{id}/cancel", (Id<Checkpoint> id, Principal caller, DecideCheckpoint decide, TimeProvider clock, CancellationToken ct) =>
            decide.HandleAsync(id, c => c.Cancel(caller, clock.GetUtcNow()), ct))
        .WithName("CancelCheckpoint")
        .WithSummary("Cancel a checkpoint")
        .Requires(Permissions.CheckpointResolve)
        .Audits("checkpoint.cancel")
        .Answers<CheckpointView>()
        .ProducesErrors(CheckpointErrors.NotFound, CheckpointErrors.NotAssignee, CheckpointErrors.AlreadyResolved, CheckpointErrors.Closed);
}
