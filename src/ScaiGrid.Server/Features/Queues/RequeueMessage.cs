using Microsoft.EntityFrameworkCore;
using ScaiGrid.Server.Access;
using ScaiGrid.Server.Data;
using ScaiGrid.Server.Features.Audit;
using ScaiGrid.Server.Features.Runs.Effects;
using ScaiGrid.Server.Kernel;

namespace ScaiGrid.Server.Features.Queues;

/// <summary><c>POST /messages/{id}/requeue</c>: puts a dead letter back into its queue, with all its retries.</summary>
internal static class RequeueMessage
{
    public static void Map(IEndpointRouteBuilder queues) => queues
        .MapPost("/messages/{id}/requeue", HandleAsync)
        .WithName("RequeueMessage")
        .WithSummary("Put a dead letter back into its queue")
        .Requires(Permissions.CoreManage)
        .Audits("queue.requeue")
        .Answers<MessageView>()
        .ProducesErrors(QueueErrors.NotFound, QueueErrors.InvalidState);

    private static async Task<IResult> HandleAsync(Id<QueueMessage> id, Db db, Auditor auditor, WaitClock waits, TimeProvider clock, CancellationToken ct)
    {
        var requeued = await db.RetryOnConflictAsync<Result<MessageView>>(async () =>
        {
            if (await db.QueueMessages.SingleOrDefaultAsync(m => m.Id == id, ct) is not { } message)
            {
                return QueueErrors.Missing(id);
            }

            if (message.State != QueueMessageState.Dead)
            {
                return QueueErrors.InvalidState.With($"The message '{id}' is not a dead letter: it is in its queue, or a run has it.");
            }

            var now = clock.GetUtcNow();
            var before = MessageView.Of(message, now);
            message.Requeue(now);
            auditor.Changed(id.Value, before, MessageView.Of(message, now));
            await db.SaveChangesAsync(ct);
            waits.Published(message);
            return MessageView.Of(message, now);
        });
        return requeued.Succeeded(out var answer, out var error) ? Reply.Ok(answer) : error.ToResult();
    }
}
