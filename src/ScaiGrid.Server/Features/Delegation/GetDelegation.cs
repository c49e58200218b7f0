using Microsoft.EntityFrameworkCore;
using ScaiGrid.Server.Access;
using ScaiGrid.Server.Data;
using ScaiGrid.Server.Features.Cores;
using ScaiGrid.Server.Kernel;

namespace ScaiGrid.Server.Features.Delegation;

/// <summary><c>GET /cores/{id}/delegation</c>: whose identity the Core has, and whether it can be used.</summary>
internal static class GetDelegation
{
    public static void Map(IEndpointRouteBuilder delegation) => delegation
        .MapGet("", HandleAsync)
        .WithName("GetCoreDelegation")
        .WithSummary("Get as whom a Core acts")
        .Requires(Permissions.CoreView)
        .Answers<DelegationView>()
        .ProducesErrors(CoreErrors.NotFound, DelegationErrors.NotFound);

    private static async Task<IResult> HandleAsync(Id<Core> id, Db db, TimeProvider clock, CancellationToken ct)
    {
        if (await db.Cores.AsNoTracking().SingleOrDefaultAsync(c => c.Id == id, ct) is not { } core)
        {
            return CoreErrors.Missing(id).ToResult();
        }

        return core.Delegation is { } delegation
            ? Reply.Ok(await DelegationView.OfAsync(db, core, delegation, clock.GetUtcNow(), ct)).WithETag(core.Version)
            : DelegationErrors.None().ToResult();
    }
}
