using ScaiGrid.Flows.Language;
using ScaiGrid.Server.Access;
using ScaiGrid.Server.Features.Audit;
using ScaiGrid.Server.Kernel;

namespace ScaiGrid.Server.Features.Checkpoints;

/// <summary><c>POST /checkpoints/{id}/resolve</c>: answers the question; the run goes on by itself.</summary>
internal static class ResolveCheckpoint
{
    /// <param name="Resolution">One of the checkpoint's options where it has some; otherwise any JSON.</param>
    public sealed record Request(Value Resolution, string? Comment = null);

    public static void Map(IEndpointRouteBuilder checkpoints) => checkpoints
        .MapPost("/{id}/resolve", (Id<Checkpoint> id, Body<Request> body, Principal caller, DecideCheckpoint decide, TimeProvider clock, CancellationToken ct) =>
            decide.HandleAsync(id, c => c.Resolve(body.Value.Resolution, body.Value.Comment, caller, clock.GetUtcNow()), ct))
        .WithName("ResolveCheckpoint")
        .WithSummary("Answer a checkpoint")
        .Requires(Permissions.CheckpointResolve)
        .Audits("checkpoint.resolve")
        .Answers<CheckpointView>()
        .ProducesErrors(KernelErrors.Validation, CheckpointErrors.NotFound, CheckpointErrors.NotAssignee, CheckpointErrors.AlreadyResolved, CheckpointErrors.Closed);
}
