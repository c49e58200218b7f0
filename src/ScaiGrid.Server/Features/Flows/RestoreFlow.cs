using ScaiGrid.Server.Access;
using ScaiGrid.Server.Data;
using ScaiGrid.Server.Features.Audit;
using ScaiGrid.Server.Kernel;
using ScaiGrid.Server.Storage;

namespace ScaiGrid.Server.Features.Flows;

/// <summary><c>POST /flows/{id}/restore</c>: brings back a deleted flow as it was, grants included. One that is not deleted stays as it is.</summary>
internal static class RestoreFlow
{
    public static void Map(IEndpointRouteBuilder flows) => flows
        .MapPost("/{id}/restore", HandleAsync)
        .WithName("RestoreFlow")
        .WithSummary("Bring back a deleted flow")
        .RequiresOidc(Permissions.CoreManage)
        .Audits("flow.restore")
        .Produces<FlowDetail>()
        .ProducesErrors(FlowErrors.NotFound, FlowErrors.AccessDenied);

    private static async Task<IResult> HandleAsync(Id<Flow> id, Principal caller, Db db, IObjectStore objects, Auditor auditor, TimeProvider clock, CancellationToken ct)
    {
        var restored = await db.RetryOnConflictAsync<Result<Flow>>(async () =>
        {
            if (!(await FlowAccess.FindDeletedAsync(db, caller, id, FlowLevel.Admin, ct)).Succeeded(out var flow, out var error))
            {
                return error;
            }

            if (flow.DeletedAt is not null)
            {
                flow.Restore(clock.GetUtcNow());
                auditor.Changed(flow.Id.Value, null, FlowSummary.Of(flow));
                await db.SaveChangesAsync(ct);
            }

            return flow;
        });

        return restored.Succeeded(out var there, out var refused)
            ? Results.Ok(await GetFlow.DetailAsync(db, caller, there, objects, ct)).WithETag(there.Version)
            : refused.ToResult();
    }
}
