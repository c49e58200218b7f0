using ScaiGrid.Server.Access;
using ScaiGrid.Server.Data;
using ScaiGrid.Server.Kernel;

namespace ScaiGrid.Server.Features.Models;

/// <summary><c>GET /v1/backends/{id}</c>.</summary>
internal static class GetBackend
{
    public static void Map(IEndpointRouteBuilder models) => models
        .MapGet("/backends/{id}", HandleAsync)
        .WithName("GetBackend")
        .WithSummary("Get a backend, its secrets masked")
        .Requires(Permissions.ModelsManage)
        .Answers<BackendView>()
        .ProducesErrors(ModelErrors.BackendNotFound);

    private static async Task<IResult> HandleAsync(Id<BackendModel> id, Principal caller, Db db, ConnectionSecrets secrets, CancellationToken ct) =>
        await db.BackendOfAsync(caller, id, ct) is { } backend ? Reply.Ok(BackendView.Of(backend, secrets)) : ModelErrors.MissingBackend(id).ToResult();
}
