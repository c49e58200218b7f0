using Microsoft.EntityFrameworkCore;
using ScaiGrid.Server.Access;
using ScaiGrid.Server.Data;
using ScaiGrid.Server.Kernel;

namespace ScaiGrid.Server.Features.Models;

/// <summary><c>GET /v1/backends</c>: the newest first.</summary>
internal static class ListBackends
{
    public static void Map(IEndpointRouteBuilder models) => models
        .MapGet("/backends", HandleAsync)
        .WithName("ListBackends")
        .WithSummary("List backends, the newest first, their secrets masked")
        .Requires(Permissions.ModelsManage)
        .AnswersPage<BackendView>()
        .ProducesErrors(KernelErrors.Validation);

    private static async Task<IResult> HandleAsync(Paging paging, Principal caller, Db db, ConnectionSecrets secrets, CancellationToken ct)
    {
        var backends = db.BackendsOf(caller).AsNoTracking();
        if (paging.After is { } after)
        {
            var last = new Id<BackendModel>(after);
            backends = backends.Where(b => b.Id < last);
        }

        var page = await backends.OrderByDescending(b => b.Id).Take(paging.Limit + 1).ToListAsync(ct);
        return Reply.Page(paging.Cut(page, b => b.Id.Value, b => BackendView.Of(b, secrets)));
    }
}
