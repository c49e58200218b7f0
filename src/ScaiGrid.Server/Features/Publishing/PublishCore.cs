using Microsoft.EntityFrameworkCore;
using ScaiGrid.Server.Access;
using ScaiGrid.Server.Data;
using ScaiGrid.Server.Features.Audit;
using ScaiGrid.Server.Features.Cores;
using ScaiGrid.Server.Features.Models;
using ScaiGrid.Server.Features.Webhooks;
using ScaiGrid.Server.Kernel;

namespace ScaiGrid.Server.Features.Publishing;

/// <summary><c>POST /cores/{id}/publish</c>: makes the Core a model that any client calls by slug. All of it happens, or none.</summary>
internal static class PublishCore
{
    /// <param name="GroupIds">Model groups to add the model to. Those that the caller may not add to are left out without an error.</param>
    /// <param name="Streaming">Beyond the contract: the words of the flow's answer are streamed as its last model step says them. False unless told.</param>
    public sealed record Request(IReadOnlyList<string>? GroupIds = null, bool Streaming = false);

    public static void Map(IEndpointRouteBuilder cores) => cores
        .MapPost("/cores/{id}/publish", HandleAsync)
        .WithName("PublishCore")
        .WithSummary("Publish a Core as a model")
        .Requires(Permissions.CoreManage)
        .Audits("core.publish")
        .Answers<CoreView>()
        .ProducesErrors(KernelErrors.Validation, KernelErrors.SlugConflict, CoreErrors.NotFound);

    private static async Task<IResult> HandleAsync(
        Id<Core> id, [OptionalBody] Body<Request> body, Principal caller, Db db, Auditor auditor, IdSource ids, TimeProvider clock, CancellationToken ct)
    {
        var published = await db.RetryOnConflictAsync<Result<CoreView>>(async () =>
        {
            if (await db.Cores.SingleOrDefaultAsync(c => c.Id == id, ct) is not { } core)
            {
                return CoreErrors.Missing(id);
            }

            var before = CoreView.Of(core);
            if (!(await AddAsync(db, core, caller, body.Value.GroupIds ?? [], body.Value.Streaming, ids, clock.GetUtcNow(), ct)).Succeeded(out var publication, out var error))
            {
                return error;
            }

            var after = CoreView.Of(core) with { Publication = publication };
            auditor.Changed(core.Id.Value, before, after);
            await db.SaveChangesAsync(ct);
            return after;
        });

        return published.Succeeded(out var answer, out var refused) ? Reply.Ok(answer) : refused.ToResult();
    }

    /// <summary>Makes the rows of a publication, as part of the caller's save.</summary>
    /// <exception cref="DbUpdateConcurrencyException">The Core was published since the caller read it, who shall read it again.</exception>
    public static async Task<Result<PublicationView>> AddAsync(
        Db db, Core core, Principal caller, IReadOnlyList<string> groupIds, bool streams, IdSource ids, DateTimeOffset now, CancellationToken ct)
    {
        var tenant = await db.Tenants.SingleAsync(t => t.Id == core.TenantId, ct);
        var slug = ModelSlug.OfCore(tenant.Slug, core.Slug);
        if (core.Publication is null && await db.Models.AnyAsync(m => m.Slug == slug, ct))
        {
            return (await db.Cores.AsNoTracking().SingleOrDefaultAsync(c => c.TenantId == core.TenantId && c.Id == core.Id, ct))?.Publication is null
                ? KernelErrors.SlugConflict.With($"There is a model '{slug}' already.")
                : throw new DbUpdateConcurrencyException($"The Core '{core.Id}' was published meanwhile.");
        }

        if (!core.Publish(new(ids.New<FrontendModel>(), ids.New<BackendModel>(), slug), now).Succeeded(out var publication, out var error))
        {
            return error;
        }

        db.Models.Add(PublishedModel.FrontendOf(core, publication.ModelId, slug, streams, core.UpdatedAt));
        db.Backends.Add(PublishedModel.BackendOf(core, publication.BackendId, streams, core.UpdatedAt));
        db.ModelBackends.Add(new() { FrontendId = publication.ModelId, BackendId = publication.BackendId });
        db.OutgoingEvents.Add(OutgoingEvent.Of(ids, tenant.Id, tenant.PartnerId, EventTypes.ModelPublished, new { publication.Slug, publication.ModelId, CoreId = core.Id, UserId = caller.UserId }, now));
        return await AddToGroupsAsync(db, caller, publication, groupIds, ct);
    }

    /// <summary>Adds a published Core's model to those of the groups that the caller may add to, as part of the caller's save.</summary>
    public static async Task<PublicationView> AddToGroupsAsync(Db db, Principal caller, Publication publication, IReadOnlyList<string> groupIds, CancellationToken ct)
    {
        var requested = groupIds.Distinct().ToList();
        var groups = await GroupsInScope.OfAsync(db, caller, requested, ct);
        groups.ForEach(g => g.Add(publication.Slug));
        var added = groups.Select(g => g.Id.Value).ToList();
        return new(publication.Slug, publication.ModelId, added, [.. requested.Except(added)]);
    }
}
