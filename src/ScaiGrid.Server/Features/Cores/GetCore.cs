using Microsoft.EntityFrameworkCore;
using ScaiGrid.Server.Access;
using ScaiGrid.Server.Data;
using ScaiGrid.Server.Kernel;

namespace ScaiGrid.Server.Features.Cores;

/// <summary><c>GET /cores/{id}</c>.</summary>
internal static class GetCore
{
    public static void Map(IEndpointRouteBuilder cores) => cores
        .MapGet("/cores/{id}", HandleAsync)
        .WithName("GetCore")
        .WithSummary("Get a Core")
        .Requires(Permissions.CoreView)
        .Answers<CoreView>()
        .ProducesErrors(CoreErrors.NotFound);

    private static async Task<IResult> HandleAsync(Id<Core> id, Db db, CancellationToken ct) =>
        await db.Cores.AsNoTracking().SingleOrDefaultAsync(c => c.Id == id, ct) is { } core
            ? Reply.Ok(CoreView.Of(core)).WithETag(core.Version)
            : CoreErrors.Missing(id).ToResult();
}
