using Microsoft.EntityFrameworkCore;
using ScaiGrid.Server.Access;
using ScaiGrid.Server.Data;
using ScaiGrid.Server.Features.Cores;
using ScaiGrid.Server.Kernel;

namespace ScaiGrid.Server.Features.Runs;

/// <summary><c>GET /cores/{id}/runs</c>: the newest first.</summary>
internal static class ListRuns
{
    public static void Map(IEndpointRouteBuilder runs) => runs
        .MapGet("/cores/{id}/runs", HandleAsync)
        .WithName("ListCoreRuns")
        .WithSummary("List a Core's runs, the newest first")
        .Requires(Permissions.CoreView)
        .AnswersPage<RunView>()
        .ProducesErrors(KernelErrors.Validation, CoreErrors.NotFound);

    private static async Task<IResult> HandleAsync(Id<Core> id, Paging paging, Choice<RunState> status, Db db, WriteBehind writeBehind, CancellationToken ct)
    {
        await writeBehind.FlushAsync(ct); // a caller sees the runs that he was answered for
        if (!await db.Cores.AnyAsync(c => c.Id == id, ct))
        {
            return CoreErrors.Missing(id).ToResult();
        }

        var runs = db.Runs.AsNoTracking().Where(r => r.CoreId == id);
        if (status.Value is { } wanted)
        {
            runs = runs.Where(r => r.Status == wanted);
        }

        if (paging.After is { } after)
        {
            var last = new Id<Run>(after);
            runs = runs.Where(r => r.Id < last);
        }

        var page = await runs.OrderByDescending(r => r.Id).Take(paging.Limit + 1).ToListAsync(ct);
        return Reply.Page(paging.Cut(page, r => r.Id.Value, RunView.Of));
    }
}
