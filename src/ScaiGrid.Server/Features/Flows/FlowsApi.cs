using ScaiGrid.Server.Kernel;

namespace ScaiGrid.Server.Features.Flows;

/// <summary>Flows: what authors draw, share and deploy.</summary>
internal static class FlowsApi
{
    public static void MapFlows(this IEndpointRouteBuilder routes)
    {
        var flows = routes.MapGroup("/api/v1/flows").WithTags("Flows").AddEndpointFilter<Refusals>();

        ListFlows.Map(flows);
        CreateFlow.Map(flows);
        GetFlow.Map(flows);
        UpdateFlow.Map(flows);
        DeleteFlow.Map(flows);
        RestoreFlow.Map(flows);
        TransferFlow.Map(flows);
        FlowVersions.Map(flows);
        RestoreVersion.Map(flows);
        FlowAcls.Map(flows);
    }
}
