using Microsoft.EntityFrameworkCore;
using ScaiGrid.Server.Access;
using ScaiGrid.Server.Data;
using ScaiGrid.Server.Kernel;

namespace ScaiGrid.Server.Features.Checkpoints;

/// <summary><c>GET /checkpoints/{id}</c>.</summary>
internal static class GetCheckpoint
{
    public static void Map(IEndpointRouteBuilder checkpoints) => checkpoints
        .MapGet("/{id}", HandleAsync)
        .WithName("GetCheckpoint")
        .WithSummary("Get a checkpoint")
        .Requires(Permissions.CoreView)
        .Answers<CheckpointView>()
        .ProducesErrors(CheckpointErrors.NotFound);

    private static async Task<IResult> HandleAsync(Id<Checkpoint> id, Db db, CancellationToken ct) =>
        await db.Checkpoints.AsNoTracking().SingleOrDefaultAsync(c => c.Id == id, ct) is { } checkpoint
            ? Reply.Ok(CheckpointView.Of(checkpoint))
            : CheckpointErrors.Missing(id).ToResult();
}
