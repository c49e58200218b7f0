using Microsoft.EntityFrameworkCore;
using ScaiGrid.Server.Access;
using ScaiGrid.Server.Data;
using ScaiGrid.Server.Features.Audit;
using ScaiGrid.Server.Features.Cores;
using ScaiGrid.Server.Kernel;

namespace ScaiGrid.Server.Features.Instances;

/// <summary><c>DELETE /cores/{id}/memory</c>: every instance of the Core begins anew.</summary>
internal static class ClearInstances
{
    /// <param name="Cleared">How many instances remembered something.</param>
    public sealed record Response(int Cleared);

    public static void Map(IEndpointRouteBuilder instances) => instances
        .MapDelete("/cores/{id}/memory", HandleAsync)
        .WithName("ClearAllCoreMemory")
        .WithSummary("Clear what all instances of a Core remember")
        .Requires(Permissions.CoreManage)
        .Audits("memory.clear_all")
        .Answers<Response>()
        .ProducesErrors(CoreErrors.NotFound);

    private static async Task<IResult> HandleAsync(Id<Core> id, Db db, InstanceRows rows, Auditor auditor, CancellationToken ct)
    {
        if (!await db.Cores.AnyAsync(c => c.Id == id, ct))
        {
            return CoreErrors.Missing(id).ToResult();
        }

        await using var transaction = await db.Database.BeginTransactionAsync(ct);
        var revision = rows.NewRevision();
        var cleared = await db.Instances.Where(i => i.CoreId == id && i.Memory != null).ExecuteUpdateAsync(i => i
            .SetProperty(x => x.Memory, (byte[]?)null).SetProperty(x => x.Size, 0).SetProperty(x => x.Revision, revision)
            .SetProperty(x => x.WrittenBy, (Id<Runs.Run>?)null).SetProperty(x => x.WrittenAt, (DateTimeOffset?)null), ct);
        await db.Instances.Where(i => i.CoreId == id && i.Memory == null && i.InLine == 0).ExecuteDeleteAsync(ct);
        auditor.Changed(id.Value, new Response(cleared), null);
        await db.SaveChangesAsync(ct);
        await transaction.CommitAsync(ct);
        return Reply.Ok(new Response(cleared));
    }
}
