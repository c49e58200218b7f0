using Microsoft.EntityFrameworkCore;
using ScaiGrid.Server.Access;
using ScaiGrid.Server.Data;
using ScaiGrid.Server.Kernel;

namespace ScaiGrid.Server.Features.Models;

/// <summary><c>GET /v1/models/groups/{id}</c>.</summary>
internal static class GetGroup
{
    public static void Map(IEndpointRouteBuilder models) => models
        .MapGet("/models/groups/{id}", HandleAsync)
        .WithName("GetModelGroup")
        .WithSummary("Get a model group")
        .Requires(Permissions.ModelsList)
        .Answers<GroupView>()
        .ProducesErrors(ModelErrors.GroupNotFound);

    private static async Task<IResult> HandleAsync(Id<ModelGroup> id, Principal caller, Db db, CancellationToken ct) =>
        await db.GroupsFor(caller).AsNoTracking().SingleOrDefaultAsync(g => g.Id == id, ct) is { } group
            ? Reply.Ok(GroupView.Of(group))
            : ModelErrors.MissingGroup(id).ToResult();
}
