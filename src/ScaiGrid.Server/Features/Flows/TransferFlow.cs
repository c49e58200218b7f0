using Microsoft.EntityFrameworkCore;
using ScaiGrid.Server.Access;
using ScaiGrid.Server.Data;
using ScaiGrid.Server.Features.Audit;
using ScaiGrid.Server.Features.Tenancy;
using ScaiGrid.Server.Kernel;

namespace ScaiGrid.Server.Features.Flows;

/// <summary><c>PUT /flows/{id}/owner</c>: gives a flow to another person of its tenant. Only admins do, for the owner may have left.</summary>
internal static class TransferFlow
{
    /// <param name="OwnerId">The grant that this person may have had ends: owners need none. The owner before keeps nothing.</param>
    public sealed record Request(Id<User> OwnerId);

    public static void Map(IEndpointRouteBuilder flows) => flows
        .MapPut("/{id}/owner", HandleAsync)
        .WithName("TransferFlow")
        .WithSummary("Give a flow to another owner")
        .RequiresOidc(Permissions.CoreManage)
        .Audits("flow.transfer")
        .Produces<FlowSummary>()
        .ProducesErrors(KernelErrors.Validation, FlowErrors.NotFound, FlowErrors.AccessDenied, FlowErrors.PrincipalNotFound);

    private static async Task<IResult> HandleAsync(Id<Flow> id, Body<Request> body, Principal caller, Db db, Auditor auditor, TimeProvider clock, CancellationToken ct)
    {
        var transferred = await db.RetryOnConflictAsync<Result<Flow>>(async () =>
        {
            if (!(await FlowAccess.FindAsync(db, caller, id, FlowLevel.View, ct)).Succeeded(out var flow, out var error))
            {
                return error;
            }

            if (!FlowAccess.IsAdmin(caller))
            {
                return FlowErrors.AccessDenied.With("Only tenant admins and super admins give a flow to another owner.");
            }

            var owner = body.Value.OwnerId;
            if (!await db.Users.AnyAsync(u => u.Id == owner && u.TenantId == flow.TenantId, ct))
            {
                return FlowErrors.PrincipalNotFound.At("owner_id", "is not the id of a user of this tenant");
            }

            var before = FlowSummary.Of(flow);
            flow.OwnerId = owner;
            flow.Touch(clock.GetUtcNow());
            db.RemoveRange(await db.FlowAcls.Where(a => a.TenantId == flow.TenantId && a.FlowId == flow.Id && a.PrincipalType == FlowPrincipalType.User && a.PrincipalId == owner.Value).ToListAsync(ct));
            auditor.Changed(flow.Id.Value, before, FlowSummary.Of(flow));
            await db.SaveChangesAsync(ct);
            return flow;
        });

        return transferred.Succeeded(out var there, out var refused) ? Results.Ok(FlowSummary.Of(there)).WithETag(there.Version) : refused.ToResult();
    }
}
