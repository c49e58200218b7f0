using ScaiGrid.Server.Kernel;

namespace ScaiGrid.Server.Features.Runs;

/// <summary>Runs: starting them, and what became of them.</summary>
internal static class RunsApi
{
    public static void MapRuns(this IEndpointRouteBuilder routes)
    {
        var runs = routes.MapGroup("/v1/modules/scaicore").WithTags("Runs").AddEndpointFilter<Refusals>();

        InvokeCore.Map(runs);
        ListRuns.Map(runs);
        GetRun.Map(runs);
        CancelRun.Map(runs);
    }
}
