using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using ScaiGrid.Server.Access;
using ScaiGrid.Server.Data;
using ScaiGrid.Server.Features.Audit;
using ScaiGrid.Server.Features.Triggers;
using ScaiGrid.Server.Kernel;

namespace ScaiGrid.Server.Features.Cores;

/// <summary><c>POST /cores/{id}/start</c>, <c>stop</c>, <c>pause</c>, <c>resume</c>, <c>restart</c>.</summary>
internal static class ChangeCoreState
{
    public static void Map(IEndpointRouteBuilder cores)
    {
        foreach (var action in Enum.GetValues<CoreAction>())
        {
            var word = JsonNamingPolicy.SnakeCaseLower.ConvertName(action.ToString());
            cores
                .MapPost($"/cores/{{id}}/{word}", (Id<Core> id, Db db, Auditor auditor, CoreEnvironment environment, CorePlugins plugins, TimeProvider clock, CancellationToken ct) =>
                    HandleAsync(id, action, db, auditor, environment, plugins, clock, ct))
                .WithName($"{action}Core")
                .WithSummary($"{action} a Core")
                .Requires(Permissions.CoreManage)
                .Audits($"core.{word}")
                .Answers<CoreView>()
                .ProducesErrors(CoreErrors.NotFound, CoreErrors.InvalidTransition, CoreErrors.InvalidSource);
        }
    }

    private static async Task<IResult> HandleAsync(
        Id<Core> id, CoreAction action, Db db, Auditor auditor, CoreEnvironment environment, CorePlugins plugins, TimeProvider clock, CancellationToken ct)
    {
        Error? unsound = null;
        var changed = await db.RetryOnConflictAsync<Result<CoreView>>(async () =>
        {
            if (await db.Cores.SingleOrDefaultAsync(c => c.Id == id, ct) is not { } core)
            {
                return CoreErrors.Missing(id);
            }

            var before = CoreView.Of(core);
            unsound = action is CoreAction.Start or CoreAction.Restart ? CoreSource.CheckRunnable(core, environment, plugins) ?? CoreSource.CheckReferences(core) : null;
            if (!core.Act(action, unsound, clock.GetUtcNow()).Succeeded(out _, out var refused))
            {
                return refused;
            }

            await CoreSchedules.FollowAsync(db, core, core.UpdatedAt, ct);
            auditor.Changed(core.Id.Value, before, CoreView.Of(core));
            await db.SaveChangesAsync(ct);
            return CoreView.Of(core);
        });

        return !changed.Succeeded(out var answer, out var error) ? error.ToResult()
            : unsound is not null ? unsound.ToResult() // the state 'error' is saved all the same
            : Reply.Ok(answer).WithETag(answer.Version);
    }
}
