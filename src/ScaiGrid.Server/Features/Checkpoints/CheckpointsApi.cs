using ScaiGrid.Server.Kernel;

namespace ScaiGrid.Server.Features.Checkpoints;

/// <summary>Checkpoints: the questions that runs wait to have answered.</summary>
internal static class CheckpointsApi
{
    public static void MapCheckpoints(this IEndpointRouteBuilder routes)
    {
        var checkpoints = routes.MapGroup("/v1/modules/scaicore/checkpoints").WithTags("Checkpoints").AddEndpointFilter<Refusals>();

        ListCheckpoints.Map(checkpoints);
        GetCheckpoint.Map(checkpoints);
        ResolveCheckpoint.Map(checkpoints);
        CancelCheckpoint.Map(checkpoints);
        ReassignCheckpoint.Map(checkpoints);
    }
}
