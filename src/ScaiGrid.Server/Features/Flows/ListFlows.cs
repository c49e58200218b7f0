using Microsoft.EntityFrameworkCore;
using ScaiGrid.Server.Access;
using ScaiGrid.Server.Data;
using ScaiGrid.Server.Kernel;

namespace ScaiGrid.Server.Features.Flows;

/// <summary><c>GET /flows</c>: the flows that the caller may view, the newest first.</summary>
internal static class ListFlows
{
    /// <param name="Total">How many there are on all pages.</param>
    /// <param name="NextCursor">Null on the last page.</param>
    public sealed record Response(IReadOnlyList<FlowSummary> Items, int Total, string? NextCursor);

    public static void Map(IEndpointRouteBuilder flows) => flows
        .MapGet("", HandleAsync)
        .WithName("ListFlows")
        .WithSummary("List the flows that you may view, the newest first")
        .RequiresOidc(Permissions.CoreView)
        .Produces<Response>()
        .ProducesErrors(KernelErrors.Validation);

    private static async Task<IResult> HandleAsync(Paging paging, string? search, Principal caller, Db db, CancellationToken ct)
    {
        var flows = FlowAccess.VisibleTo(db, caller).AsNoTracking();
        if (search is { Length: > 0 })
        {
            if (search.Contains('\0'))
            {
                return KernelErrors.Validation.At("search", "must not contain the character U+0000").ToResult();
            }

            var text = search.ToLowerInvariant();
            flows = flows.Where(f => f.Name.ToLower().Contains(text));
        }

        var total = await flows.CountAsync(ct);
        if (paging.After is { } after)
        {
            var last = new Id<Flow>(after);
            flows = flows.Where(f => f.Id < last);
        }

        var page = paging.Cut(await flows.OrderByDescending(f => f.Id).Take(paging.Limit + 1).ToListAsync(ct), f => f.Id.Value, FlowSummary.Of);
        return Results.Ok(new Response(page.Items, total, page.NextCursor));
    }
}
