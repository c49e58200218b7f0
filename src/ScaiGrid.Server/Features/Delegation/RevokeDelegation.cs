using Microsoft.EntityFrameworkCore;
using ScaiGrid.Server.Access;
using ScaiGrid.Server.Data;
using ScaiGrid.Server.Features.Audit;
using ScaiGrid.Server.Features.Cores;
using ScaiGrid.Server.Kernel;

namespace ScaiGrid.Server.Features.Delegation;

/// <summary><c>DELETE /cores/{id}/delegation</c>: new runs act as the Core itself, and those that began as the user act no more.</summary>
internal static class RevokeDelegation
{
    public static void Map(IEndpointRouteBuilder delegation) => delegation
        .MapDelete("", HandleAsync)
        .WithName("RevokeCoreDelegation")
        .WithSummary("Take a user's identity from a Core")
        .Requires(Permissions.CoreDelegate)
        .Audits("core.revoke_delegation")
        .Produces(StatusCodes.Status204NoContent)
        .ProducesErrors(CoreErrors.NotFound, DelegationErrors.NotFound, KernelErrors.PreconditionFailed);

    private static async Task<IResult> HandleAsync(Id<Core> id, IfMatch ifMatch, Db db, Auditor auditor, TimeProvider clock, CancellationToken ct)
    {
        var refused = await db.RetryOnConflictAsync<Error?>(async () =>
        {
            if (await db.Cores.SingleOrDefaultAsync(c => c.Id == id, ct) is not { } core)
            {
                return CoreErrors.Missing(id);
            }

            if (core.Delegation is not { } delegation)
            {
                return DelegationErrors.None();
            }

            if (ifMatch.Refuse(core.Version) is { } stale)
            {
                return stale;
            }

            core.Delegation = null;
            core.Touch(clock.GetUtcNow());
            auditor.Changed(core.Id.Value, delegation, null);
            await db.SaveChangesAsync(ct);
            return null;
        });

        return refused?.ToResult() ?? Reply.NoContent();
    }
}
