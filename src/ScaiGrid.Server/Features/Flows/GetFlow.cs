using ScaiGrid.Server.Access;
using ScaiGrid.Server.Data;
using ScaiGrid.Server.Kernel;
using ScaiGrid.Server.Storage;

namespace ScaiGrid.Server.Features.Flows;

/// <summary><c>GET /flows/{id}</c>: the flow with its current content.</summary>
internal static class GetFlow
{
    public static void Map(IEndpointRouteBuilder flows) => flows
        .MapGet("/{id}", HandleAsync)
        .WithName("GetFlow")
        .WithSummary("Get a flow with its content")
        .RequiresOidc(Permissions.CoreView)
        .Produces<FlowDetail>()
        .ProducesErrors(FlowErrors.NotFound);

    private static async Task<IResult> HandleAsync(Id<Flow> id, Principal caller, Db db, IObjectStore objects, CancellationToken ct)
    {
        if (!(await FlowAccess.FindAsync(db, caller, id, FlowLevel.View, ct)).Succeeded(out var flow, out var error))
        {
            return error.ToResult();
        }

        return Results.Ok(await DetailAsync(db, caller, flow, objects, ct)).WithETag(flow.Version);
    }

    public static async Task<FlowDetail> DetailAsync(Db db, Principal caller, Flow flow, IObjectStore objects, CancellationToken ct) =>
        FlowDetail.Of(flow, await FlowAccess.LevelAsync(db, caller, flow, ct) ?? FlowLevel.View, await FlowContent.ReadAsync(objects, flow.ContentKey, ct));
}
