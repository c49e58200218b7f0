using Microsoft.EntityFrameworkCore;
using ScaiGrid.Flows.Language;
using ScaiGrid.Server.Access;
using ScaiGrid.Server.Data;
using ScaiGrid.Server.Features.Checkpoints;
using ScaiGrid.Server.Kernel;

namespace ScaiGrid.Server.Features.Runs;

/// <summary><c>GET /runs/{id}</c> with what it waits for, and <c>GET /runs/{id}/steps</c> with what it did.</summary>
internal static class GetRun
{
    public sealed record StepsView(Id<Run> RunId, RunState Status, Value Steps);

    public static void Map(IEndpointRouteBuilder runs)
    {
        runs.MapGet("/runs/{id}", HandleAsync)
            .WithName("GetRun")
            .WithSummary("Get a run")
            .Requires(Permissions.CoreView)
            .Answers<RunView>()
            .ProducesErrors(RunErrors.NotFound);
        runs.MapGet("/runs/{id}/steps", StepsAsync)
            .WithName("GetRunSteps")
            .WithSummary("Get what a run did, step by step")
            .Requires(Permissions.CoreView)
            .Answers<StepsView>()
            .ProducesErrors(RunErrors.NotFound);
    }

    private static async Task<IResult> HandleAsync(Id<Run> id, Db db, WriteBehind writeBehind, CancellationToken ct)
    {
        await writeBehind.FlushAsync(ct);
        if (await db.Runs.AsNoTracking().SingleOrDefaultAsync(r => r.Id == id, ct) is not { } run)
        {
            return RunErrors.Missing(id).ToResult();
        }

        var waiting = await db.Checkpoints.AsNoTracking().Where(c => c.ExecutionId == id && c.Status == CheckpointStatus.Pending).OrderBy(c => c.Id).ToListAsync(ct);
        return Reply.Ok(RunView.Of(run) with { Checkpoints = [.. waiting.Select(CheckpointView.Of)] });
    }

    private static async Task<IResult> StepsAsync(Id<Run> id, Db db, WriteBehind writeBehind, CancellationToken ct)
    {
        await writeBehind.FlushAsync(ct);
        return await db.Runs.AsNoTracking().SingleOrDefaultAsync(r => r.Id == id, ct) is { } run
            ? Reply.Ok(new StepsView(run.Id, run.Status, Value.FromJson(run.Steps)))
            : RunErrors.Missing(id).ToResult();
    }
}
