using Microsoft.EntityFrameworkCore;
using ScaiGrid.Server.Access;
using ScaiGrid.Server.Data;
using ScaiGrid.Server.Kernel;

namespace ScaiGrid.Server.Features.Models;

/// <summary><c>GET /v1/models/groups</c>: the newest first.</summary>
internal static class ListGroups
{
    public static void Map(IEndpointRouteBuilder models) => models
        .MapGet("/models/groups", HandleAsync)
        .WithName("ListModelGroups")
        .WithSummary("List the model groups that reach you, the newest first")
        .Requires(Permissions.ModelsList)
        .AnswersPage<GroupView>()
        .ProducesErrors(KernelErrors.Validation);

    private static async Task<IResult> HandleAsync(Paging paging, Principal caller, Db db, CancellationToken ct)
    {
        var groups = db.GroupsFor(caller).AsNoTracking();
        if (paging.After is { } after)
        {
            var last = new Id<ModelGroup>(after);
            groups = groups.Where(g => g.Id < last);
        }

        var page = await groups.OrderByDescending(g => g.Id).Take(paging.Limit + 1).ToListAsync(ct);
        return Reply.Page(paging.Cut(page, g => g.Id.Value, GroupView.Of));
    }
}
