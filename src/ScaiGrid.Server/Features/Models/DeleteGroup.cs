using ScaiGrid.Server.Access;
using ScaiGrid.Server.Data;
using ScaiGrid.Server.Features.Audit;
using ScaiGrid.Server.Kernel;

namespace ScaiGrid.Server.Features.Models;

/// <summary><c>DELETE /v1/models/groups/{id}</c>: the models stay; keys that were restricted to the group see nothing by it any more.</summary>
internal static class DeleteGroup
{
    public static void Map(IEndpointRouteBuilder models) => models
        .MapDelete("/models/groups/{id}", HandleAsync)
        .WithName("DeleteModelGroup")
        .WithSummary("Delete a model group")
        .Requires(Permissions.ModelsManage)
        .Audits("model_group.delete")
        .Produces(StatusCodes.Status204NoContent)
        .ProducesErrors(ModelErrors.GroupNotFound, AccessErrors.PermissionDenied);

    private static async Task<IResult> HandleAsync(Id<ModelGroup> id, Principal caller, Db db, Catalogue catalogue, Auditor auditor, CancellationToken ct)
    {
        var refusal = await db.RetryOnConflictAsync(async () =>
        {
            if (!(await db.GroupToChangeAsync(caller, catalogue.Current, id, ct)).Succeeded(out var group, out var error))
            {
                return error;
            }

            auditor.Changed(id.Value, GroupView.Of(group), null);
            db.ModelGroups.Remove(group);
            await db.SaveChangesAsync(ct);
            return null;
        });

        return refusal is null ? Reply.NoContent() : refusal.ToResult();
    }
}
