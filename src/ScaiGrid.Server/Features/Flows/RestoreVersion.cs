using ScaiGrid.Server.Access;
using ScaiGrid.Server.Data;
using ScaiGrid.Server.Features.Audit;
using ScaiGrid.Server.Kernel;
using ScaiGrid.Server.Storage;

namespace ScaiGrid.Server.Features.Flows;

/// <summary><c>POST /flows/{id}/versions/{version}/restore</c>: makes an older content the newest version. Nothing in between is lost.</summary>
internal static class RestoreVersion
{
    public static void Map(IEndpointRouteBuilder flows) => flows
        .MapPost("/{id}/versions/{version}/restore", HandleAsync)
        .WithName("RestoreFlowVersion")
        .WithSummary("Make an older content of a flow its newest version")
        .RequiresOidc(Permissions.CoreManage)
        .Audits("flow.restore_version")
        .Produces<FlowDetail>()
        .ProducesErrors(KernelErrors.PreconditionFailed, KernelErrors.Conflict, FlowErrors.NotFound, FlowErrors.VersionNotFound, FlowErrors.AccessDenied);

    private static async Task<IResult> HandleAsync(
        Id<Flow> id, string version, IfMatch ifMatch, Principal caller, Db db, IObjectStore objects, Auditor auditor, TimeProvider clock, CancellationToken ct)
    {
        var restored = await db.RetryOnConflictAsync<Result<Flow>>(async () =>
        {
            if (!(await FlowAccess.FindAsync(db, caller, id, FlowLevel.Edit, ct)).Succeeded(out var flow, out var error)
                || (error = ifMatch.Refuse(flow.Version)) is not null
                || !(await FlowVersions.FindAsync(db, flow, version, ct)).Succeeded(out var older, out error))
            {
                return error;
            }

            var before = FlowSummary.Of(flow);
            if (await SaveContent.NextAsync(db, objects, flow, await FlowContent.ReadAsync(objects, older.ContentKey, ct), caller.UserId, clock.GetUtcNow(), ct))
            {
                auditor.Changed(flow.Id.Value, before, FlowSummary.Of(flow));
                await db.SaveChangesAsync(ct);
            }

            return flow;
        });

        return restored.Succeeded(out var saved, out var refused)
            ? Results.Ok(await GetFlow.DetailAsync(db, caller, saved, objects, ct)).WithETag(saved.Version)
            : refused.ToResult();
    }
}
