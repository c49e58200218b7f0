using Microsoft.EntityFrameworkCore;
using ScaiGrid.Server.Access;
using ScaiGrid.Server.Data;
using ScaiGrid.Server.Features.Cores;
using ScaiGrid.Server.Kernel;

namespace ScaiGrid.Server.Features.Events;

/// <summary><c>GET /events</c>: what happened in the tenant's Cores, the newest first; or, for who accepts an event stream, what happens from now on.</summary>
internal static class ListEvents
{
    /// <summary>Lines that one page looks through. A rare type may take several pages, some of them empty.</summary>
    private const int MostEntries = 1000;

    public static void Map(IEndpointRouteBuilder events) => events
        .MapGet("/events", HandleAsync)
        .WithName("ListEvents")
        .WithSummary("List events, the newest first, or follow them live")
        .Requires(Permissions.CoreView)
        .Answers<EventsView>()
        .Produces<string>(StatusCodes.Status200OK, "text/event-stream")
        .ProducesErrors(KernelErrors.Validation, AccessErrors.TenantRequired, EventErrors.TooManyStreams);

    /// <param name="core_id">Only this Core's.</param>
    /// <param name="type">Only this type; <c>scaicore.runtime.*</c> stands for all that begin so.</param>
    private static async Task<IResult> HandleAsync(
        [PageLimits(50, 500)] Paging paging, Id<Core>? core_id, string? type, HttpContext http, Principal caller, Db db, WriteBehind writeBehind, FeedReader reader, EventStreams streams, CancellationToken ct)
    {
        var filter = new EventFilter(core_id, type);
        if (filter.Refuse() is { } refused)
        {
            return refused.ToResult();
        }

        await writeBehind.FlushAsync(ct); // a caller finds the runs that he was answered for, and they are not what happens from now on
        if (http.Request.GetTypedHeaders().Accept.Any(a => a.MediaType == "text/event-stream"))
        {
            return streams.Open(http, caller, filter);
        }

        FeedPosition? after = null;
        if (paging.After is { } cursor)
        {
            if (!FeedPosition.TryParse(cursor, out var position))
            {
                return KernelErrors.Validation.At("cursor", "is not one that this server gave out").ToResult();
            }

            after = position;
        }

        return new Reply<EventsView>(await PageAsync(db, reader, filter, after, paging.Limit, ct));
    }

    private static async Task<EventsView> PageAsync(Db db, FeedReader reader, EventFilter filter, FeedPosition? after, int limit, CancellationToken ct)
    {
        var (shown, looked) = (new List<EventView>(), 0);
        while (true)
        {
            var rows = filter.Apply(db.Feed.AsNoTracking());
            if (after is { Number: var number, Event: var last })
            {
                rows = last is null ? rows.Where(e => e.Number < number) : rows.Where(e => e.Number <= number);
            }

            var entries = await rows.OrderByDescending(e => e.Number).Take(Math.Min(limit, 100)).ToListAsync(ct);
            if (entries.Count == 0)
            {
                return new(shown, null);
            }

            var told = await reader.ReadAsync(db, entries, ct);
            told.Reverse(); // within a line the latest is the last
            foreach (var (entry, e) in told.OrderByDescending(t => t.Entry.Number))
            {
                if ((after is { Event: { } before } && entry.Number == after.Value.Number && e.Index >= before) || !filter.Wants(e.Type))
                {
                    continue;
                }

                if (shown.Count == limit)
                {
                    return new(shown, Paging.Encode(after!.Value.ToString()));
                }

                shown.Add(EventView.Of(entry, e));
                after = new(entry.Place, entry.Number, e.Index);
            }

            after = new(entries[^1].Place, entries[^1].Number);
            looked += entries.Count;
            if (looked >= MostEntries)
            {
                return new(shown, Paging.Encode(after.Value.ToString()));
            }
        }
    }
}
