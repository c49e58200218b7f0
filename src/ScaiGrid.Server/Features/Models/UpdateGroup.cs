using ScaiGrid.Server.Access;
using ScaiGrid.Server.Data;
using ScaiGrid.Server.Features.Audit;
using ScaiGrid.Server.Kernel;

namespace ScaiGrid.Server.Features.Models;

/// <summary><c>PUT /v1/models/groups/{id}</c>: changes what the body names. Whom a group reaches is fixed for life.</summary>
internal static class UpdateGroup
{
    /// <param name="IsDefault">True takes it from the group that is the default now.</param>
    /// <param name="Slugs">All the models in it, in place of those before.</param>
    public sealed record Request(string? Name = null, bool? IsDefault = null, IReadOnlyList<ModelSlug>? Slugs = null);

    public static void Map(IEndpointRouteBuilder models) => models
        .MapPut("/models/groups/{id}", HandleAsync)
        .WithName("UpdateModelGroup")
        .WithSummary("Change a model group")
        .Requires(Permissions.ModelsManage)
        .Audits("model_group.update")
        .Answers<GroupView>()
        .ProducesErrors(KernelErrors.Validation, ModelErrors.GroupNotFound, AccessErrors.PermissionDenied);

    public static void Check(string? name, ModelGroupScope scope, bool? isDefault, List<Fault> faults)
    {
        if (name is not null && (string.IsNullOrWhiteSpace(name) || name.Length > 200))
        {
            faults.Add(new("name", "must have 1 to 200 characters"));
        }

        if (isDefault == true && scope != ModelGroupScope.Tenant)
        {
            faults.Add(new("is_default", "is for groups of the scope 'tenant' only"));
        }
    }

    private static async Task<IResult> HandleAsync(
        Id<ModelGroup> id, Body<Request> body, Principal caller, Db db, Catalogue catalogue, Auditor auditor, CancellationToken ct)
    {
        var request = body.Value;
        var snapshot = catalogue.Current;
        var updated = await db.RetryOnConflictAsync<Result<GroupView>>(async () =>
        {
            if (!(await db.GroupToChangeAsync(caller, snapshot, id, ct)).Succeeded(out var group, out var error))
            {
                return error;
            }

            var before = GroupView.Of(group);
            var faults = new List<Fault>();
            Check(request.Name, group.Scope, request.IsDefault, faults);
            if (request.Slugs is { } slugs)
            {
                await GroupMembers.SetAsync(db, snapshot, caller, group, slugs, faults, ct);
            }

            if (faults.Count > 0)
            {
                return KernelErrors.Faulty(faults);
            }

            group.Name = request.Name?.Trim() ?? group.Name;
            group.IsDefault = request.IsDefault ?? group.IsDefault;
            if (request.IsDefault == true)
            {
                await GroupDefaults.MoveToAsync(db, group, ct);
            }

            auditor.Changed(id.Value, before, GroupView.Of(group));
            await db.SaveChangesAsync(ct);
            return GroupView.Of(group);
        });

        return updated.Succeeded(out var view, out var refused) ? Reply.Ok(view) : refused.ToResult();
    }
}
