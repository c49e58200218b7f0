using Microsoft.EntityFrameworkCore;
using ScaiGrid.Server.Access;
using ScaiGrid.Server.Data;
using ScaiGrid.Server.Features.Runs.Effects;
using ScaiGrid.Server.Kernel;

namespace ScaiGrid.Server.Features.Queues;

/// <summary><c>GET /messages/{id}</c>: with the whole payload.</summary>
internal static class GetMessage
{
    public static void Map(IEndpointRouteBuilder queues) => queues
        .MapGet("/messages/{id}", HandleAsync)
        .WithName("GetMessage")
        .WithSummary("Get a message of a queue")
        .Requires(Permissions.CoreView)
        .Answers<MessageView>()
        .ProducesErrors(QueueErrors.NotFound);

    private static async Task<IResult> HandleAsync(Id<QueueMessage> id, Db db, TimeProvider clock, CancellationToken ct) =>
        await db.QueueMessages.AsNoTracking().SingleOrDefaultAsync(m => m.Id == id, ct) is { } message
            ? Reply.Ok(MessageView.Of(message, clock.GetUtcNow()))
            : QueueErrors.Missing(id).ToResult();
}
