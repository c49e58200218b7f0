using System.Globalization;
using Microsoft.EntityFrameworkCore;
using ScaiGrid.Server.Data;
using ScaiGrid.Server.Features.Cores;
using ScaiGrid.Server.Features.Runs;
using ScaiGrid.Server.Features.Tenancy;
using ScaiGrid.Server.Kernel;

namespace ScaiGrid.Server.Features.Events;

/// <summary>Turns lines of the feed into the events that they tell of.</summary>
internal sealed class FeedReader(CorePrograms programs)
{
    /// <summary>Runs that are held at once: what callers sent them and what their steps did may be megabytes each.</summary>
    private const int MostRuns = 10;

    /// <summary>The events of some lines, in their order. Of a run that was removed meanwhile there are none.</summary>
    public async Task<List<(FeedEntry Entry, RuntimeEvent Told)>> ReadAsync(Db db, IReadOnlyList<FeedEntry> entries, CancellationToken ct)
    {
        var masks = await MasksAsync(db, entries, ct);
        var told = new List<(FeedEntry, RuntimeEvent)>();
        foreach (var some in entries.Chunk(MostRuns))
        {
            var runs = await RunsAsync(db, [.. some.Select(e => e.RunId).OfType<Id<Run>>().Distinct()], ct);
            foreach (var entry in some)
            {
                if (entry.RunId is null)
                {
                    told.Add((entry, new(0, entry.Type!, entry.At.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture), entry.Payload)));
                }
                else if (runs.TryGetValue(entry.RunId.Value, out var run))
                {
                    told.AddRange(RuntimeEvents.Of(run, entry.From, entry.Until, masks.GetValueOrDefault((entry.TenantId, entry.CoreId), SecretMask.Everything)).Select(e => (entry, e)));
                }
            }
        }

        return told;
    }

    private static async Task<Dictionary<Id<Run>, Run>> RunsAsync(Db db, List<Id<Run>> ids, CancellationToken ct) =>
        ids.Count == 0 ? [] : await db.Runs.AsNoTracking().Where(r => ids.Contains(r.Id)).ToDictionaryAsync(r => r.Id, ct);

    /// <summary>What the Cores must not have shown, as they are now. Of one that is gone, or cannot be read, nobody can tell.</summary>
    private async Task<Dictionary<(Id<Tenant>, Id<Core>), SecretMask>> MasksAsync(Db db, IReadOnlyList<FeedEntry> entries, CancellationToken ct)
    {
        var ids = entries.Where(e => e.RunId is not null).Select(e => e.CoreId).Distinct().ToList();
        var versions = ids.Count == 0 ? [] : await db.Cores.Where(c => ids.Contains(c.Id)).Select(c => new { c.TenantId, c.Id, c.Version }).ToListAsync(ct);
        var masks = new Dictionary<(Id<Tenant>, Id<Core>), SecretMask>();
        foreach (var core in versions)
        {
            if ((await programs.OfAsync(core.TenantId, core.Id, core.Version, ct)).Succeeded(out var loaded, out _))
            {
                masks[(core.TenantId, core.Id)] = loaded.Secrets;
            }
        }

        return masks;
    }
}
