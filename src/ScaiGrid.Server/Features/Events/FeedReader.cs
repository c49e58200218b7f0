using System.Globalization;
using Microsoft.EntityFrameworkCore;
using ScaiGrid.Server.Data;
using ScaiGrid.Server.Features.Runs;

namespace ScaiGrid.Server.Features.Events;

/// <summary>Turns lines of the feed into the events that they tell of.</summary>
internal sealed class FeedReader(CorePrograms programs)
{
    /// <summary>The events of some lines, in their order. Of a run that was removed meanwhile there are none.</summary>
    public async Task<List<(FeedEntry Entry, RuntimeEvent Told)>> ReadAsync(Db db, IReadOnlyList<FeedEntry> entries, CancellationToken ct)
    {
        var ids = entries.Select(e => e.RunId).OfType<Kernel.Id<Run>>().Distinct().ToList();
        var runs = ids.Count == 0 ? [] : await db.Runs.AsNoTracking().Where(r => ids.Contains(r.Id)).ToDictionaryAsync(r => r.Id, ct);
        var told = new List<(FeedEntry, RuntimeEvent)>();
        foreach (var entry in entries)
        {
            if (entry.RunId is null)
            {
                told.Add((entry, new(0, entry.Type!, entry.At.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture), entry.Payload)));
            }
            else if (runs.TryGetValue(entry.RunId.Value, out var run))
            {
                told.AddRange(RuntimeEvents.Of(run, entry.From, entry.Until, await MaskOfAsync(entry, ct)).Select(e => (entry, e)));
            }
        }

        return told;
    }

    /// <summary>A Core that is gone has no secrets any more.</summary>
    private async ValueTask<SecretMask> MaskOfAsync(FeedEntry entry, CancellationToken ct) =>
        (await programs.OfAsync(entry.TenantId, entry.CoreId, 0, ct)).Succeeded(out var core, out _) ? core.Secrets : SecretMask.None;
}
