using ScaiGrid.Server.Access;
using ScaiGrid.Server.Data;
using ScaiGrid.Server.Features.Audit;
using ScaiGrid.Server.Kernel;

namespace ScaiGrid.Server.Features.Models;

/// <summary><c>DELETE /v1/backends/{id}</c>: models that are mapped to it go on without it.</summary>
internal static class DeleteBackend
{
    public static void Map(IEndpointRouteBuilder models) => models
        .MapDelete("/backends/{id}", HandleAsync)
        .WithName("DeleteBackend")
        .WithSummary("Delete a backend and the mappings of models to it")
        .Requires(Permissions.ModelsManage)
        .Audits("backend.delete")
        .Produces(StatusCodes.Status204NoContent)
        .ProducesErrors(ModelErrors.BackendNotFound, ModelErrors.BackendInUse);

    private static async Task<IResult> HandleAsync(Id<BackendModel> id, Principal caller, Db db, ConnectionSecrets secrets, Auditor auditor, CancellationToken ct)
    {
        var refusal = await db.RetryOnConflictAsync(async () =>
        {
            if (await db.BackendOfAsync(caller, id, ct) is not { } backend)
            {
                return ModelErrors.MissingBackend(id);
            }

            if (backend.ProviderType == ProviderTypes.Core)
            {
                return ModelErrors.BackendInUse.With("This backend is a published Core: unpublish the Core.");
            }

            db.Backends.Remove(backend); // the mappings go with it, by their foreign key
            auditor.Changed(id.Value, BackendView.Of(backend, secrets), null);
            await db.SaveChangesAsync(ct);
            return null;
        });

        return refusal is null ? Reply.NoContent() : refusal.ToResult();
    }
}
