using ScaiGrid.Server.Kernel;

namespace ScaiGrid.Server.Features.Events;

/// <summary>What happens in Cores, for whoever wants to see it.</summary>
internal static class EventsApi
{
    public static void MapEvents(this IEndpointRouteBuilder routes)
    {
        var events = routes.MapGroup("/v1/modules/scaicore").WithTags("Events").AddEndpointFilter<Refusals>();

        ListEvents.Map(events);
    }
}
