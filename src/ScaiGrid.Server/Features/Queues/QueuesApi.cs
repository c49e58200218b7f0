using ScaiGrid.Server.Kernel;

namespace ScaiGrid.Server.Features.Queues;

/// <summary>The tenant's queues and what is in them, for people who look after them.</summary>
internal static class QueuesApi
{
    public static void MapQueues(this IEndpointRouteBuilder routes)
    {
        var queues = routes.MapGroup("/v1/modules/scaiqueue").WithTags("Queues").AddEndpointFilter<Refusals>();

        ListQueues.Map(queues);
        ListMessages.Map(queues);
        GetMessage.Map(queues);
        PublishMessage.Map(queues);
        RequeueMessage.Map(queues);
        DeleteMessage.Map(queues);
    }
}
