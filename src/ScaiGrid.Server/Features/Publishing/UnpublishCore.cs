using Microsoft.EntityFrameworkCore;
using ScaiGrid.Server.Access;
using ScaiGrid.Server.Data;
using ScaiGrid.Server.Features.Audit;
using ScaiGrid.Server.Features.Cores;
using ScaiGrid.Server.Features.Webhooks;
using ScaiGrid.Server.Kernel;

namespace ScaiGrid.Server.Features.Publishing;

/// <summary><c>POST /cores/{id}/unpublish</c>: takes the model out of every group and out of the catalogue; the Core stays as it is.</summary>
internal static class UnpublishCore
{
    public static void Map(IEndpointRouteBuilder cores) => cores
        .MapPost("/cores/{id}/unpublish", HandleAsync)
        .WithName("UnpublishCore")
        .WithSummary("Take a published Core out of the model catalogue")
        .Requires(Permissions.CoreManage)
        .Audits("core.unpublish")
        .Answers<CoreView>()
        .ProducesErrors(KernelErrors.Validation, CoreErrors.NotFound);

    /// <summary>Removes the rows that a publication made, as part of the caller's save.</summary>
    public static async Task RemoveAsync(Db db, Core core, Publication publication, TimeProvider clock, CancellationToken ct)
    {
        var slug = publication.Slug;
        foreach (var group in await db.ModelGroups.Where(g => g.Members.Any(m => m.Slug == slug)).ToListAsync(ct))
        {
            group.Remove(slug);
        }

        var partner = await db.Tenants.Where(t => t.Id == core.TenantId).Select(t => t.PartnerId).SingleAsync(ct);
        db.OutgoingEvents.Add(OutgoingEvent.Of(
            new(clock), core.TenantId, partner, EventTypes.ModelUnpublished, new { publication.Slug, publication.ModelId, CoreId = core.Id }, clock.GetUtcNow()));

        // Rows that are gone already do not keep a Core published.
        db.Models.RemoveRange(await db.Models.Where(m => m.Id == publication.ModelId).ToListAsync(ct));
        db.Backends.RemoveRange(await db.Backends.Where(b => b.Id == publication.BackendId).ToListAsync(ct));
    }

    private static async Task<IResult> HandleAsync(Id<Core> id, Db db, Auditor auditor, TimeProvider clock, CancellationToken ct)
    {
        var unpublished = await db.RetryOnConflictAsync<Result<CoreView>>(async () =>
        {
            if (await db.Cores.SingleOrDefaultAsync(c => c.Id == id, ct) is not { } core)
            {
                return CoreErrors.Missing(id);
            }

            var before = CoreView.Of(core);
            if (!core.Unpublish(clock.GetUtcNow()).Succeeded(out var publication, out var error))
            {
                return error;
            }

            await RemoveAsync(db, core, publication, clock, ct);
            var after = CoreView.Of(core);
            auditor.Changed(core.Id.Value, before, after);
            await db.SaveChangesAsync(ct);
            return after;
        });

        return unpublished.Succeeded(out var answer, out var refused) ? Reply.Ok(answer) : refused.ToResult();
    }
}
