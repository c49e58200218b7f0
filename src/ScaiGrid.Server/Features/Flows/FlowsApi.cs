using ScaiGrid.Server.Kernel;

namespace ScaiGrid.Server.Features.Flows;

/// <summary>Flows: what authors draw, share and deploy.</summary>
internal static class FlowsApi
{
    public static void MapFlows(this IEndpointRouteBuilder routes, ServerOptions options)
    {
        var flows = routes.MapGroup("/api/v1/flows").WithTags("Flows").AddEndpointFilter<Refusals>();

        GetFlowSchema.Map(routes);
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
        CompileFlow.Map(flows);
        ValidateFlow.Map(flows);
        DeployFlow.Map(flows);
        FlowDeployments.Map(flows);
        RunFlowTests.Map(flows);
        if (options.DevToken is not null)
        {
            DevDeploy.Map(routes);
        }
    }
}
