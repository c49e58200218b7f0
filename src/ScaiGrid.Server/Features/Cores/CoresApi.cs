using ScaiGrid.Server.Features.Publishing;
using ScaiGrid.Server.Kernel;

namespace ScaiGrid.Server.Features.Cores;

/// <summary>Cores: what is deployed in a tenant, and what state it is in.</summary>
internal static class CoresApi
{
    public static void MapCores(this IEndpointRouteBuilder routes)
    {
        var cores = routes.MapGroup("/v1/modules/scaicore").WithTags("Cores").AddEndpointFilter<Refusals>();

        CreateCore.Map(cores);
        ParseBundle.Map(cores);
        ListCores.Map(cores);
        GetCore.Map(cores);
        UpdateCore.Map(cores);
        DeleteCore.Map(cores);
        ChangeCoreState.Map(cores);
        GetCoreAvatar.Map(cores);
        PublishCore.Map(cores);
        UnpublishCore.Map(cores);
    }
}
