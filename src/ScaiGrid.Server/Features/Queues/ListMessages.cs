using Microsoft.EntityFrameworkCore;
using ScaiGrid.Server.Access;
using ScaiGrid.Server.Data;
using ScaiGrid.Server.Features.Runs.Effects;
using ScaiGrid.Server.Kernel;

namespace ScaiGrid.Server.Features.Queues;

/// <summary><c>GET /messages</c>: the oldest first, of one queue or of all; <c>state=dead</c> shows the dead letters.</summary>
internal static class ListMessages
{
    public static void Map(IEndpointRouteBuilder queues) => queues
        .MapGet("/messages", HandleAsync)
        .WithName("ListMessages")
        .WithSummary("List messages of queues, the oldest first")
        .Requires(Permissions.CoreView)
        .AnswersPage<MessageView>()
        .ProducesErrors(KernelErrors.Validation, AccessErrors.TenantRequired);

    /// <param name="scope">Of the queue; without it the queue is in the default scope.</param>
    private static async Task<IResult> HandleAsync(
        Paging paging, string? scope, string? queue, Choice<MessageState> state, Principal caller, Db db, TimeProvider clock, CancellationToken ct)
    {
        if (caller.TenantId is null)
        {
            return AccessErrors.TenantRequired.With("Name the tenant of the queues in the header X-Tenant-Id.").ToResult();
        }

        var now = clock.GetUtcNow();
        var messages = db.QueueMessages.AsNoTracking();
        if (queue is not null || scope is not null)
        {
            if (!QueueName.Parse(scope, queue).Succeeded(out var name, out var error))
            {
                return error.ToResult();
            }

            var text = name.ToString();
            messages = messages.Where(m => m.Queue == text);
        }

        if (state.Value is { } wanted)
        {
            messages = MessageView.Where(messages, wanted, now);
        }

        if (paging.After is { } after)
        {
            var last = new Id<QueueMessage>(after);
            messages = messages.Where(m => m.Id > last);
        }

        var page = new List<MessageView>();
        await foreach (var message in messages.OrderBy(m => m.Id).Take(paging.Limit + 1).AsAsyncEnumerable().WithCancellation(ct))
        {
            page.Add(MessageView.InList(message, now)); // one by one: together, large payloads would take a lot of memory
        }

        return Reply.Page(paging.Cut(page, m => m.Id.Value, m => m));
    }
}
