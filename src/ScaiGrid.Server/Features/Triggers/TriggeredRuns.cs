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
internal sealed class TriggeredRuns(RunStore store, RunWorker worker)
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

    /// <summary>Stores the run for whichever worker takes it first, unless there is one of its call key.</summary>
    public async Task<Result<TriggeredRun>> QueueAsync(LoadedCore core, Run run, CancellationToken ct)
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
