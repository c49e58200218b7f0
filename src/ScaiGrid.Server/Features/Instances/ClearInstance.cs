using Microsoft.EntityFrameworkCore;
using ScaiGrid.Server.Access;
using ScaiGrid.Server.Data;
using ScaiGrid.Server.Features.Audit;
using ScaiGrid.Server.Features.Cores;
using ScaiGrid.Server.Kernel;

namespace ScaiGrid.Server.Features.Instances;

/// <summary><c>DELETE /cores/{id}/memory/{instance_key}</c>: the instance begins anew. A run that is executed meanwhile brings nothing back.</summary>
internal static class ClearInstance
{
    public static void Map(IEndpointRouteBuilder instances) => instances
        .MapDelete("/cores/{id}/memory/{instanceKey}", HandleAsync)
        .WithName("ClearCoreMemory")
        .WithSummary("Clear what an instance remembers")
        .Requires(Permissions.CoreManage)
        .Audits("memory.clear")
        .Produces(StatusCodes.Status204NoContent)
        .ProducesErrors(CoreErrors.NotFound, InstanceErrors.NotFound, KernelErrors.PreconditionFailed);

    private static async Task<IResult> HandleAsync(Id<Core> id, string instanceKey, IfMatch ifMatch, Db db, InstanceRows rows, Auditor auditor, CancellationToken ct)
    {
        if (await db.Cores.AsNoTracking().Where(c => c.Id == id).Select(c => new { c.TenantId }).SingleOrDefaultAsync(ct) is not { } core)
        {
            return CoreErrors.Missing(id).ToResult();
        }

        var refused = await db.RetryOnConflictAsync(async () =>
        {
            await using var transaction = await db.Database.BeginTransactionAsync(ct);
            if (await db.LockInstance(new(core.TenantId, id, instanceKey)).SingleOrDefaultAsync(ct) is not { Memory: not null } instance)
            {
                return InstanceErrors.Missing(instanceKey);
            }

            if (ifMatch.Refuse(ETags.Of(instance.Revision)) is { } stale)
            {
                return stale;
            }

            auditor.Changed($"{id}/{instanceKey}", InstanceView.Of(instance), null);
            instance.Forget(rows.NewRevision());
            if (instance.IsNothing)
            {
                db.Instances.Remove(instance);
            }

            await db.SaveChangesAsync(ct);
            await transaction.CommitAsync(ct);
            return null;
        });

        return refused?.ToResult() ?? Reply.NoContent();
    }
}
