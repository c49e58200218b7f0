using Microsoft.EntityFrameworkCore;
using ScaiGrid.Server.Access;
using ScaiGrid.Server.Data;
using ScaiGrid.Server.Features.Audit;
using ScaiGrid.Server.Kernel;

namespace ScaiGrid.Server.Features.Checkpoints;

/// <summary><c>POST /checkpoints/{id}/reassign</c>: gives the question to somebody else.</summary>
internal static class ReassignCheckpoint
{
    /// <param name="Assignee"><c>user:…</c> (id or email), <c>group:…</c> or <c>role:…</c>.</param>
    public sealed record Request(string Assignee);

    public static void Map(IEndpointRouteBuilder checkpoints) => checkpoints
        .MapPost("/{id}/reassign", HandleAsync)
        .WithName("ReassignCheckpoint")
        .WithSummary("Reassign a checkpoint")
        .Requires(Permissions.CheckpointResolve)
        .Audits("checkpoint.reassign")
        .Answers<CheckpointView>()
        .ProducesErrors(KernelErrors.Validation, CheckpointErrors.NotFound, CheckpointErrors.NotAssignee, CheckpointErrors.AlreadyResolved, CheckpointErrors.Closed);

    private static async Task<IResult> HandleAsync(Id<Checkpoint> id, Body<Request> body, Principal caller, Db db, Auditor auditor, CancellationToken ct)
    {
        var reassigned = await db.RetryOnConflictAsync<Result<CheckpointView>>(async () =>
        {
            if (await db.Checkpoints.SingleOrDefaultAsync(c => c.Id == id, ct) is not { } checkpoint)
            {
                return CheckpointErrors.Missing(id);
            }

            var before = CheckpointView.Of(checkpoint);
            if (checkpoint.Reassign(body.Value.Assignee, caller) is { } refused)
            {
                return refused;
            }

            auditor.Changed(id.Value, before, CheckpointView.Of(checkpoint));
            await db.SaveChangesAsync(ct);
            return CheckpointView.Of(checkpoint);
        });

        return reassigned.Succeeded(out var answer, out var error) ? Reply.Ok(answer) : error.ToResult();
    }
}
