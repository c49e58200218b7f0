using ScaiGrid.Server.Kernel;

namespace ScaiGrid.Server.Features.Triggers;

/// <summary>What starts runs for which nobody waits: events, webhooks and schedules.</summary>
internal static class TriggersApi
{
    public static void MapTriggers(this IEndpointRouteBuilder routes)
    {
        var triggers = routes.MapGroup("/v1/modules/scaicore").WithTags("Triggers").AddEndpointFilter<Refusals>();

        ListTriggers.Map(triggers);
        SendEvent.Map(triggers);
        ReceiveWebhook.Map(triggers);
    }

    public static void AddTriggers(this IServiceCollection services)
    {
        services.AddSingleton<TriggeredRuns>();
        services.AddSingleton<Webhooks>();
        services.AddHostedService<ScheduleClock>();
    }
}
