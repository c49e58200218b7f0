using ScaiGrid.Runtime;

namespace ScaiGrid.Server.Features.Runs.Effects;

/// <summary>Who performs which effect.</summary>
internal sealed class RunEffects(HttpCalls http, PluginCalls plugins, CoreCalls cores, Queues queues)
{
    /// <returns>Null when the outcome comes later.</returns>
    public async Task<EffectOutcome?> PerformAsync(EffectContext context, Effect effect, CancellationToken ct) => effect switch
    {
        HttpCall call => await http.CallAsync(call, ct),
        PluginCall call => await plugins.CallAsync(context, call, ct),
        CoreCall call => await cores.CallAsync(context, call, ct),
        QueuePublish publish => await queues.PublishAsync(context, publish, ct),
        QueueConsume consume => await queues.ConsumeAsync(context, consume, ct),
        _ => throw new InvalidOperationException($"Nobody performs a {effect.GetType().Name}."),
    };
}
