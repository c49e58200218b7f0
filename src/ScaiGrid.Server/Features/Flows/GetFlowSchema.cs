using ScaiGrid.Flows.Graph;
using ScaiGrid.Server.Access;

namespace ScaiGrid.Server.Features.Flows;

/// <summary><c>GET /schemas/scaiflow/v2.json</c>: what editors check flows against. The same for everybody, so anybody may read it.</summary>
internal static class GetFlowSchema
{
    public static void Map(IEndpointRouteBuilder routes) => routes
        .MapGet("/schemas/scaiflow/v2.json", () => Results.Bytes(FlowSchema.Json, "application/schema+json"))
        .WithName("GetFlowSchema")
        .WithSummary("Get the JSON Schema of flows")
        .WithTags("Flows")
        .AllowsAnybody()
        .Produces<object>(StatusCodes.Status200OK, "application/schema+json");
}
