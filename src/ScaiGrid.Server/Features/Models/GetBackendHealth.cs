using ScaiGrid.Gateway.Routing;
using ScaiGrid.Server.Access;
using ScaiGrid.Server.Data;
using ScaiGrid.Server.Kernel;

namespace ScaiGrid.Server.Features.Models;

/// <summary><c>GET /v1/backends/{id}/health</c>: how calls have been going, as this replica has seen it.</summary>
internal static class GetBackendHealth
{
    /// <param name="Status"><c>healthy</c>, <c>degraded</c>, <c>unhealthy</c> (not called for now) or <c>unavailable</c> (it cannot be called at all).</param>
    /// <param name="Failures">Failures in a row.</param>
    /// <param name="LastFailure">Null when the last call went well.</param>
    /// <param name="RetryAfter">Seconds until a backend that is not called for now is tried again.</param>
    public sealed record Response(Id<BackendModel> BackendId, string Status, CircuitState Circuit, int Failures, string? LastFailure, double? RetryAfter);

    public static void Map(IEndpointRouteBuilder models) => models
        .MapGet("/backends/{id}/health", HandleAsync)
        .WithName("GetBackendHealth")
        .WithSummary("Get how a backend has been doing")
        .Requires(Permissions.ModelsManage)
        .Answers<Response>()
        .ProducesErrors(ModelErrors.BackendNotFound);

    private static async Task<IResult> HandleAsync(Id<BackendModel> id, Principal caller, Db db, Dispatcher dispatcher, Catalogue catalogue, CancellationToken ct)
    {
        if (await db.BackendOfAsync(caller, id, ct) is null)
        {
            return ModelErrors.MissingBackend(id).ToResult();
        }

        var health = dispatcher.HealthOf(id.Value);
        var link = catalogue.Current.Models.SelectMany(m => m.Backends).FirstOrDefault(l => l.Backend.Id == id);
        var status = link is { Backend.IsActive: false } ? "unavailable" : health.Status;
        return Reply.Ok(new Response(id, status, health.Circuit, health.Failures, health.LastFailure?.Message, health.ProbeIn?.TotalSeconds));
    }
}
