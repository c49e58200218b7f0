using ScaiGrid.Server.Kernel;

namespace ScaiGrid.Server.Features.Models;

/// <summary>The model catalogue: models, the backends behind them, and the groups that they are shown in.</summary>
internal static class ModelsApi
{
    public static void MapModels(this IEndpointRouteBuilder routes)
    {
        var models = routes.MapGroup("/v1").WithTags("Models").AddEndpointFilter<Refusals>();

        ListModels.Map(models);
        GetModel.Map(models);
        CreateModel.Map(models);
        UpdateModel.Map(models);
        DeleteModel.Map(models);
        ModelAvatar.Map(models);

        ListBackends.Map(models);
        GetBackend.Map(models);
        GetBackendHealth.Map(models);
        CreateBackend.Map(models);
        UpdateBackend.Map(models);
        DeleteBackend.Map(models);

        ListGroups.Map(models);
        GetGroup.Map(models);
        CreateGroup.Map(models);
        UpdateGroup.Map(models);
        DeleteGroup.Map(models);
        GroupMembers.Map(models);
    }
}
