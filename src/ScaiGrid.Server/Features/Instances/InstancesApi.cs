using ScaiGrid.Server.Kernel;

namespace ScaiGrid.Server.Features.Instances;

/// <summary>What the instances of a Core remember, to be seen and to be forgotten.</summary>
internal static class InstancesApi
{
    public static void MapInstances(this IEndpointRouteBuilder routes)
    {
        var instances = routes.MapGroup("/v1/modules/scaicore").WithTags("Instances").AddEndpointFilter<Refusals>();

        ListInstances.Map(instances);
        GetInstance.Map(instances);
        ClearInstance.Map(instances);
        ClearInstances.Map(instances);
    }
}
