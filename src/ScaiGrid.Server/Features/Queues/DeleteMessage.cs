using Microsoft.EntityFrameworkCore;
using ScaiGrid.Server.Access;
using ScaiGrid.Server.Data;
using ScaiGrid.Server.Features.Audit;
using ScaiGrid.Server.Features.Runs.Effects;
using ScaiGrid.Server.Kernel;

namespace ScaiGrid.Server.Features.Queues;

/// <summary><c>DELETE /messages/{id}</c>: takes a message out of its queue, or a dead letter away. One that a run has is the run's.</summary>
internal static class DeleteMessage
{
    public static void Map(IEndpointRouteBuilder queues) => queues
        .MapDelete("/messages/{id}", HandleAsync)
        .WithName("DeleteMessage")
        .WithSummary("Delete a message of a queue")
        .Requires(Permissions.CoreManage)
        .Audits("queue.delete")
        .Produces(StatusCodes.Status204NoContent)
        .ProducesErrors(QueueErrors.NotFound, QueueErrors.InvalidState);

    private static async Task<IResult> HandleAsync(Id<QueueMessage> id, Db db, Auditor auditor, TimeProvider clock, CancellationToken ct)
    {
        var refused = await db.RetryOnConflictAsync(async () =>
        {
            if (await db.QueueMessages.SingleOrDefaultAsync(m => m.Id == id, ct) is not { } message)
            {
                return QueueErrors.Missing(id);
            }

            if (message.State == QueueMessageState.Claimed)
            {
                return QueueErrors.InvalidState.With($"The run '{message.ClaimedBy}' has the message '{id}'; cancel the run first.");
            }

            db.QueueMessages.Remove(message);
            auditor.Changed(id.Value, MessageView.Of(message, clock.GetUtcNow()), null);
            await db.SaveChangesAsync(ct);
            return null;
        });

        return refused?.ToResult() ?? Reply.NoContent();
    }
}
