using Microsoft.EntityFrameworkCore;
using ScaiGrid.Server.Access;
using ScaiGrid.Server.Data;
using ScaiGrid.Server.Kernel;

namespace ScaiGrid.Server.Features.Cores;

/// <summary><c>GET /cores</c>: the newest first.</summary>
internal static class ListCores
{
    public static void Map(IEndpointRouteBuilder cores) => cores
        .MapGet("/cores", HandleAsync)
        .WithName("ListCores")
        .WithSummary("List Cores, the newest first")
        .Requires(Permissions.CoreView)
        .AnswersPage<CoreView>()
        .ProducesErrors(KernelErrors.Validation);

    private static async Task<IResult> HandleAsync(Paging paging, Choice<CoreStatus> status, string? search, Db db, CancellationToken ct)
    {
        var cores = db.Cores.AsNoTracking();
        if (status.Value is { } wanted)
        {
            cores = cores.Where(c => c.Status == wanted);
        }

        if (search is { Length: > 0 })
        {
            if (search.Contains('\0'))
            {
                return KernelErrors.Validation.At("search", "must not contain the character U+0000").ToResult();
            }

            var text = search.ToLowerInvariant();
            cores = cores.Where(c => c.Name.ToLower().Contains(text));
        }

        if (paging.After is { } after)
        {
            var last = new Id<Core>(after);
            cores = cores.Where(c => c.Id < last);
        }

        var page = await cores.OrderByDescending(c => c.Id).Take(paging.Limit + 1).ToListAsync(ct);
        return Reply.Page(paging.Cut(page, c => c.Id.Value, CoreView.Of));
    }
}
