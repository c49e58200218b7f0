using System.Diagnostics.Metrics;

namespace ScaiGrid.Server.Features.Triggers;

/// <summary>What triggers did, counted by outcome.</summary>
internal static class TriggerMetrics
{
    private static readonly Meter Meter = new("ScaiGrid.Triggers");

    private static readonly Counter<long> Webhooks = Meter.CreateCounter<long>("scaigrid.triggers.webhooks");

    private static readonly Counter<long> Schedules = Meter.CreateCounter<long>("scaigrid.triggers.schedules");

    /// <param name="outcome"><c>accepted</c>, <c>repeated</c>, <c>refused</c>, <c>limited</c> or <c>failed</c>.</param>
    public static void Webhook(string outcome) => Webhooks.Add(1, new KeyValuePair<string, object?>("outcome", outcome));

    /// <param name="outcome"><c>started</c> or <c>skipped</c>.</param>
    public static void Schedule(string outcome) => Schedules.Add(1, new KeyValuePair<string, object?>("outcome", outcome));
}
