using ScaiGrid.Flows.Language;
using ScaiGrid.Server.Features.Cores;
using ScaiGrid.Server.Kernel;

namespace ScaiGrid.Server.Features.Events;

/// <param name="Id">The same whenever the event is shown.</param>
/// <param name="Timestamp">When it happened.</param>
internal sealed record EventView(string Id, string Type, Id<Core> CoreId, string Timestamp, Value Payload)
{
    public static EventView Of(FeedEntry entry, RuntimeEvent told) => new(
        entry.RunId is { } run ? $"evt_{run.Value[(run.Value.IndexOf('_') + 1)..]}_{told.Index}" : $"evt_{entry.Number}",
        told.Type, entry.CoreId, told.At, told.Payload);
}

/// <param name="NextCursor">Null when nothing older follows.</param>
internal sealed record EventsView(IReadOnlyList<EventView> Events, string? NextCursor);
