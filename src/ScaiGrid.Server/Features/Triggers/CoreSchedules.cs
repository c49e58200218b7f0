using Microsoft.EntityFrameworkCore;
using ScaiGrid.Server.Data;
using ScaiGrid.Server.Features.Cores;

namespace ScaiGrid.Server.Features.Triggers;

/// <summary>Keeps the schedules true to their Core. Part of the save of every change of a Core, so that the two never disagree.</summary>
internal static class CoreSchedules
{
    public static async Task FollowAsync(Db db, Core core, DateTimeOffset now, CancellationToken ct)
    {
        var rows = await db.Schedules.Where(s => s.TenantId == core.TenantId && s.CoreId == core.Id).ToListAsync(ct);
        var wanted = Of(core).ToList();
        db.Schedules.RemoveRange(rows.Where(r => !wanted.Exists(w => w.FlowName == r.FlowName)));
        foreach (var (flow, cron, timeZone) in wanted)
        {
            var row = rows.Find(r => r.FlowName == flow)
                ?? db.Schedules.Add(new() { TenantId = core.TenantId, CoreId = core.Id, FlowName = flow, Cron = cron, TimeZone = timeZone }).Entity;
            row.Follow(cron, timeZone, core.Status == CoreStatus.Running, now);
        }
    }

    /// <summary>Those of a Core that is deleted.</summary>
    public static async Task RemoveAsync(Db db, Core core, CancellationToken ct) =>
        db.Schedules.RemoveRange(await db.Schedules.Where(s => s.TenantId == core.TenantId && s.CoreId == core.Id).ToListAsync(ct));

    // The manifest was checked before it was stored; a flow without a name has the program's.
    private static IEnumerable<(string FlowName, string Cron, string TimeZone)> Of(Core core) =>
        from flow in core.Source["core"]["flows"].Items
        let trigger = flow["trigger"]
        where trigger["type"].AsString() == "schedule"
        let name = flow["name"].AsString() ?? core.Source["core"]["name"].AsString()
        select (name, trigger["cron"].AsString()!, trigger["timezone"].AsString() ?? "UTC");
}
