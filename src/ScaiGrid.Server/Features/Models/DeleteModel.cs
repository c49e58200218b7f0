using Microsoft.EntityFrameworkCore;
using ScaiGrid.Server.Access;
using ScaiGrid.Server.Data;
using ScaiGrid.Server.Features.Audit;
using ScaiGrid.Server.Kernel;

namespace ScaiGrid.Server.Features.Models;

/// <summary><c>DELETE /v1/models/{id}</c>: refused while anything answers for it.</summary>
internal static class DeleteModel
{
    public static void Map(IEndpointRouteBuilder models) => models
        .MapDelete("/models/{id}", HandleAsync)
        .WithName("DeleteModel")
        .WithSummary("Delete a model that has no backends any more")
        .Requires(Permissions.ModelsManage)
        .Audits("model.delete")
        .Produces(StatusCodes.Status204NoContent)
        .ProducesErrors(ModelErrors.NotFound, ModelErrors.AccessDenied, ModelErrors.InUse, AccessErrors.PermissionDenied);

    private static async Task<IResult> HandleAsync(Id<FrontendModel> id, Principal caller, Db db, Catalogue catalogue, Auditor auditor, CancellationToken ct)
    {
        var refusal = await db.RetryOnConflictAsync(async () =>
        {
            if (await db.Models.SingleOrDefaultAsync(m => m.Id == id, ct) is not { } model)
            {
                return ModelErrors.Missing(id.Value);
            }

            var placement = await ModelPlacement.LoadAsync(db, model, ct);
            if (ModelOwners.RefuseChange(catalogue.Current, caller, model) is { } refused || (refused = RefuseInUse(model, placement)) is not null)
            {
                return refused;
            }

            auditor.Changed(id.Value, placement.View, null);
            placement.LeaveGroups();
            db.Models.Remove(model);
            await db.SaveChangesAsync(ct);
            return null;
        });

        return refusal is null ? Reply.NoContent() : refusal.ToResult();
    }

    private static Error? RefuseInUse(FrontendModel model, ModelPlacement placement) =>
        model.Slug.IsOfCore ? ModelErrors.InUse.With("A Core publishes this model: unpublish the Core.")
        : placement.HasBackends ? ModelErrors.InUse.With("The model still has backends: set 'backends' to [] first.")
        : null;
}
