using Microsoft.EntityFrameworkCore;
using ScaiGrid.Server.Access;
using ScaiGrid.Server.Data;
using ScaiGrid.Server.Features.Audit;
using ScaiGrid.Server.Kernel;

namespace ScaiGrid.Server.Features.Models;

/// <summary><c>PUT</c> and <c>DELETE /v1/models/groups/{id}/models/{slug}</c>: puts one model in a group, or takes it out.</summary>
internal static class GroupMembers
{
    public static void Map(IEndpointRouteBuilder models)
    {
        models.MapPut("/models/groups/{id}/models/{**slug}", AddAsync)
            .WithName("AddModelToGroup")
            .WithSummary("Put a model in a group")
            .Requires(Permissions.ModelsManage)
            .Audits("model_group.add_model")
            .Answers<GroupView>()
            .ProducesErrors(ModelErrors.GroupNotFound, ModelErrors.NotFound, ModelErrors.AccessDenied, AccessErrors.PermissionDenied);

        models.MapDelete("/models/groups/{id}/models/{**slug}", RemoveAsync)
            .WithName("RemoveModelFromGroup")
            .WithSummary("Take a model out of a group")
            .Requires(Permissions.ModelsManage)
            .Audits("model_group.remove_model")
            .Produces(StatusCodes.Status204NoContent)
            .ProducesErrors(ModelErrors.GroupNotFound, ModelErrors.NotFound, AccessErrors.PermissionDenied);
    }

    /// <summary>Makes these the group's models. Those that are new to it must be the caller's to lend; faults tell of the others.</summary>
    public static async Task SetAsync(
        Db db, CatalogueSnapshot catalogue, Principal caller, ModelGroup group, IReadOnlyList<ModelSlug> wanted, List<Fault> faults, CancellationToken ct)
    {
        var before = group.Members.Select(m => m.Slug).ToHashSet();
        var models = await db.Models.AsNoTracking().Where(m => wanted.Contains(m.Slug)).ToDictionaryAsync(m => m.Slug, ct);
        foreach (var (i, slug) in wanted.Index().Where(w => !before.Contains(w.Item)))
        {
            if (!models.TryGetValue(slug, out var model) || ModelOwners.RefuseLending(catalogue, caller, model) is not null)
            {
                faults.Add(new($"slugs[{i}]", "is not a model that you may put in a group"));
            }
        }

        if (faults.Count == 0)
        {
            before.Except(wanted).ToList().ForEach(gone => group.Remove(gone));
            wanted.ToList().ForEach(group.Add);
        }
    }

    private static async Task<IResult> AddAsync(
        Id<ModelGroup> id, string slug, Principal caller, Db db, Catalogue catalogue, Auditor auditor, CancellationToken ct)
    {
        var snapshot = catalogue.Current;
        var added = await db.RetryOnConflictAsync<Result<GroupView>>(async () =>
        {
            if (!(await db.GroupToChangeAsync(caller, snapshot, id, ct)).Succeeded(out var group, out var error))
            {
                return error;
            }

            if (!Parse(slug, out var named) || await db.Models.AsNoTracking().SingleOrDefaultAsync(m => m.Slug == named, ct) is not { } model)
            {
                return ModelErrors.Missing(slug);
            }

            if (ModelOwners.RefuseLending(snapshot, caller, model) is { } refusal)
            {
                return refusal;
            }

            var before = GroupView.Of(group);
            group.Add(named);
            auditor.Changed(id.Value, before, GroupView.Of(group));
            await db.SaveChangesAsync(ct);
            return GroupView.Of(group);
        });

        return added.Succeeded(out var view, out var refused) ? Reply.Ok(view) : refused.ToResult();
    }

    private static async Task<IResult> RemoveAsync(
        Id<ModelGroup> id, string slug, Principal caller, Db db, Catalogue catalogue, Auditor auditor, CancellationToken ct)
    {
        var refusal = await db.RetryOnConflictAsync(async () =>
        {
            if (!(await db.GroupToChangeAsync(caller, catalogue.Current, id, ct)).Succeeded(out var group, out var error))
            {
                return error;
            }

            var before = GroupView.Of(group);
            if (!Parse(slug, out var named) || !group.Remove(named))
            {
                return ModelErrors.NotFound.With($"There is no model '{slug}' in this group.");
            }

            auditor.Changed(id.Value, before, GroupView.Of(group));
            await db.SaveChangesAsync(ct);
            return null;
        });

        return refusal is null ? Reply.NoContent() : refusal.ToResult();
    }

    private static bool Parse(string slug, out ModelSlug named) => ModelSlug.TryParse(slug.Replace("%2F", "/", StringComparison.OrdinalIgnoreCase), null, out named);
}
