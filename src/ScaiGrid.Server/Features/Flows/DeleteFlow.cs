using ScaiGrid.Server.Access;
using ScaiGrid.Server.Data;
using ScaiGrid.Server.Features.Audit;
using ScaiGrid.Server.Kernel;

namespace ScaiGrid.Server.Features.Flows;

/// <summary><c>DELETE /flows/{id}</c>: hides it from everybody. What was deployed from it goes on, and it can be restored.</summary>
internal static class DeleteFlow
{
    public static void Map(IEndpointRouteBuilder flows) => flows
        .MapDelete("/{id}", HandleAsync)
        .WithName("DeleteFlow")
        .WithSummary("Delete a flow; what was deployed from it goes on")
        .RequiresOidc(Permissions.CoreManage)
        .Audits("flow.delete")
        .Produces(StatusCodes.Status204NoContent)
        .ProducesErrors(KernelErrors.PreconditionFailed, FlowErrors.NotFound, FlowErrors.AccessDenied);

    private static async Task<IResult> HandleAsync(Id<Flow> id, IfMatch ifMatch, Principal caller, Db db, Auditor auditor, TimeProvider clock, CancellationToken ct)
    {
        var deleted = await db.RetryOnConflictAsync<Result<Flow>>(async () =>
        {
            if (!(await FlowAccess.FindAsync(db, caller, id, FlowLevel.Admin, ct)).Succeeded(out var flow, out var error)
                || (error = ifMatch.Refuse(flow.Version)) is not null)
            {
                return error;
            }

            flow.Delete(clock.GetUtcNow());
            auditor.Changed(flow.Id.Value, FlowSummary.Of(flow), null);
            await db.SaveChangesAsync(ct);
            return flow;
        });

        return deleted.Succeeded(out _, out var refused) ? Reply.NoContent() : refused.ToResult();
    }
}
