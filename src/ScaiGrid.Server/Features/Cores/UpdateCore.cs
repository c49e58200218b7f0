using Microsoft.EntityFrameworkCore;
using ScaiGrid.Server.Access;
using ScaiGrid.Server.Data;
using ScaiGrid.Server.Features.Audit;
using ScaiGrid.Server.Features.Publishing;
using ScaiGrid.Server.Features.Triggers;
using ScaiGrid.Server.Kernel;
using ScaiGrid.Server.Storage;

namespace ScaiGrid.Server.Features.Cores;

/// <summary><c>PUT /cores/{id}</c>: changes what the body names. A published Core's model is rewritten in the same transaction.</summary>
internal static class UpdateCore
{
    public sealed record Request : CoreSettings
    {
        public string? Name { get; init; }
    }

    public static void Map(IEndpointRouteBuilder cores) => cores
        .MapPut("/cores/{id}", HandleAsync)
        .WithName("UpdateCore")
        .WithSummary("Change a Core")
        .Requires(Permissions.CoreManage)
        .Audits("core.update")
        .WithMetadata(new BodyLimit(CoreSource.MaxBytes))
        .Answers<CoreView>()
        .ProducesErrors(KernelErrors.Validation, KernelErrors.PreconditionFailed, CoreErrors.NotFound, CoreErrors.InvalidSource);

    private static async Task<IResult> HandleAsync(
        Id<Core> id, Body<Request> body, IfMatch ifMatch, Principal caller, Db db, IObjectStore objects, Auditor auditor, CoreEnvironment environment, CorePlugins plugins, TimeProvider clock, CancellationToken ct)
    {
        var request = body.Value;
        var faults = new List<Fault>();
        request.Check(request.Name, caller, plugins, faults);
        if (faults.Count > 0)
        {
            return KernelErrors.Faulty(faults).ToResult();
        }

        var updated = await db.RetryOnConflictAsync<Result<CoreView>>(async () =>
        {
            if (await db.Cores.SingleOrDefaultAsync(c => c.Id == id, ct) is not { } core)
            {
                return CoreErrors.Missing(id);
            }

            if (ifMatch.Refuse(core.Version) is { } stale)
            {
                return stale;
            }

            CoreEnvironment.CheckMasks(request.Environment ?? default, core.Environment, faults);
            CorePlugins.CheckMasks(request.Plugins ?? default, core.Plugins, faults);
            if (faults.Count > 0)
            {
                return KernelErrors.Faulty(faults);
            }

            var before = CoreView.Of(core);
            core.Name = request.Name?.Trim() ?? core.Name;
            request.Apply(core, environment, plugins);
            core.Touch(clock.GetUtcNow());
            if (CoreSource.Check(core) is { } unsound || (unsound = await CoreAvatar.StoreAsync(core, request, objects, ct)) is not null)
            {
                return unsound;
            }

            await SyncPublication.SyncAsync(db, core, ct);
            await CoreSchedules.FollowAsync(db, core, core.UpdatedAt, ct);
            auditor.Changed(core.Id.Value, before, CoreView.Of(core));
            await db.SaveChangesAsync(ct);
            return CoreView.Of(core);
        });

        return updated.Succeeded(out var answer, out var error) ? Reply.Ok(answer).WithETag(answer.Version) : error.ToResult();
    }
}
