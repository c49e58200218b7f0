using Microsoft.EntityFrameworkCore;
using ScaiGrid.Server.Access;
using ScaiGrid.Server.Data;
using ScaiGrid.Server.Features.Runs.Effects;
using ScaiGrid.Server.Kernel;

namespace ScaiGrid.Server.Features.Queues;

/// <summary><c>GET /queues</c>: those that have messages, by scope and name. A queue is there as long as there is something in it.</summary>
internal static class ListQueues
{
    /// <param name="Scope">Null is the tenant's default scope.</param>
    /// <param name="Ready">Messages that are given to whoever asks.</param>
    /// <param name="Invisible">Messages that a run has, or that come back later.</param>
    /// <param name="Dead">Dead letters.</param>
    public sealed record QueueView(string? Scope, string Queue, int Ready, int Invisible, int Dead);

    public static void Map(IEndpointRouteBuilder queues) => queues
        .MapGet("/queues", HandleAsync)
        .WithName("ListQueues")
        .WithSummary("List the queues that have messages")
        .Requires(Permissions.CoreView)
        .AnswersPage<QueueView>()
        .ProducesErrors(KernelErrors.Validation, AccessErrors.TenantRequired);

    private static async Task<IResult> HandleAsync(Paging paging, Principal caller, Db db, TimeProvider clock, CancellationToken ct)
    {
        if (caller.TenantId is null)
        {
            return AccessErrors.TenantRequired.With("Name the tenant of the queues in the header X-Tenant-Id.").ToResult();
        }

        var now = clock.GetUtcNow();
        var messages = db.QueueMessages.AsNoTracking();
        if (paging.After is { } after)
        {
            messages = messages.Where(m => string.Compare(m.Queue, after) > 0);
        }

        var page = await messages.GroupBy(m => m.Queue).OrderBy(g => g.Key).Take(paging.Limit + 1)
            .Select(g => new
            {
                Name = g.Key,
                Ready = g.Count(m => m.State == QueueMessageState.Ready && m.VisibleAt <= now),
                Dead = g.Count(m => m.State == QueueMessageState.Dead),
                All = g.Count(),
            })
            .ToListAsync(ct);
        return Reply.Page(paging.Cut(page, q => q.Name, q => ViewOf(QueueName.Of(q.Name), q.Ready, q.Dead, q.All)));
    }

    private static QueueView ViewOf(QueueName name, int ready, int dead, int all) => new(name.Scope, name.Queue, ready, all - ready - dead, dead);
}
