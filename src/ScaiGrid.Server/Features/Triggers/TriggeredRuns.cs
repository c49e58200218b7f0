using System.Security.Cryptography;
using System.Text;
using Microsoft.EntityFrameworkCore;
using ScaiGrid.Server.Access;
using ScaiGrid.Server.Features.Runs;
using ScaiGrid.Server.Features.Tenancy;
using ScaiGrid.Server.Kernel;

namespace ScaiGrid.Server.Features.Triggers;

/// <summary>A run for which nobody waits.</summary>
/// <param name="IsRepeated">It was started for the same thing before.</param>
internal sealed record TriggeredRun(Run Run, bool IsRepeated);

/// <summary>Starts runs for which nobody waits. What is told twice starts one run.</summary>
internal sealed class TriggeredRuns(RunStore store, RunWorker worker, IdSource ids, TimeProvider clock)
{
    /// <summary>The call key of a run; parts that stand for the same thing give the same.</summary>
    public static string KeyOf(params ReadOnlySpan<string> parts) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(string.Join('\n', parts))));

    /// <summary>Whoever a trigger starts a run for is the Core itself, in its tenant: it may what its program may, and is no user.</summary>
    public static Principal CallerOf(LoadedCore core, Tenant tenant) => new()
    {
        UserId = new(core.Id.Value),
        Email = "",
        Name = core.Program.Manifest.Name,
        SignIn = SignInMethod.Oidc,
        TenantId = tenant.Id,
        TenantSlug = tenant.Slug,
        PartnerId = tenant.PartnerId,
    };

    /// <summary>
    /// Stores the run that is ordered for whichever worker takes it first, unless there is one of its call key. That is found too when the Core would
    /// take none now: who tells again what was taken is not refused.
    /// </summary>
    public async Task<Result<TriggeredRun>> StartAsync(LoadedCore core, RunOrder order, CancellationToken ct)
    {
        var started = order.Decide(core, ids.New<Run>(), clock.GetUtcNow()).Succeeded(out var run, out var refused) ? await QueueAsync(core, run, ct) : refused;
        if (!started.Succeeded(out _, out _) && order.CallKey is { } key)
        {
            await using var scope = store.Enter(core.TenantId, out var db);
            if (await db.Runs.AsNoTracking().SingleOrDefaultAsync(r => r.CallKey == key, ct) is { } earlier)
            {
                return new TriggeredRun(earlier, IsRepeated: true);
            }
        }

        return started;
    }

    private async Task<Result<TriggeredRun>> QueueAsync(LoadedCore core, Run run, CancellationToken ct)
    {
        Run? earlier = null;
        var refused = await store.QueueAsync(core, run, ct, async db =>
            run.CallKey is not { } key || (earlier = await db.Runs.AsNoTracking().SingleOrDefaultAsync(r => r.CallKey == key, ct)) is null);
        if (refused is not null)
        {
            return refused;
        }

        worker.Wake();
        return new TriggeredRun(earlier ?? run, earlier is not null);
    }
}
