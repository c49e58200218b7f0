using System.Collections.Frozen;
using Microsoft.EntityFrameworkCore;
using ScaiGrid.Flows.Language;
using ScaiGrid.Runtime;
using ScaiGrid.Server.Access;
using ScaiGrid.Server.Data;
using ScaiGrid.Server.Features.Checkpoints;

namespace ScaiGrid.Server.Features.Runs;

/// <summary>Takes one queued run as far as it goes: from its beginning, or from its history with what has happened since.</summary>
internal sealed class RunStep(IServiceScopeFactory scopes, Executor executor, CorePrograms programs, TimeProvider clock)
{
    /// <returns>True when the run is queued again because more has happened to it meanwhile.</returns>
    public async Task<bool> ExecuteAsync(RunLease lease)
    {
        var (tenantId, abandon) = (lease.TenantId, lease.Lost);
        await using var scope = scopes.CreateAsyncScope();
        scope.ServiceProvider.GetRequiredService<TenantScope>().Enter(tenantId);
        var db = scope.ServiceProvider.GetRequiredService<Db>();
        var run = await db.Runs.AsNoTracking().SingleAsync(r => r.Id == lease.RunId, abandon);
        if (!lease.Holds(run))
        {
            return false; // cancelled between taking and now
        }

        var happened = run.Pending.Items;
        if (await programs.OfRunAsync(tenantId, run.ProgramDigest, abandon) is not { } program)
        {
            return await SaveAsync(db, lease, happened.Count, (r, now) => r.Fail("program_missing", "The program that the run began with cannot be loaded by this version.", now), null, abandon);
        }

        // A Core that is gone or cannot be loaded now still has runs to finish, on the program that they began with.
        var core = (await programs.OfAsync(tenantId, run.CoreId, CorePrograms.Newest, abandon)).Succeeded(out var loaded, out _) ? loaded : null;
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(abandon);
        limit.CancelAfter(core?.MaxDuration ?? LoadedCore.DefaultMaxDuration);
        var host = executor.HostFor(run, await CallerOfAsync(db, run, abandon));
        var result = run.HistoryKey is null
            ? await Engine.RunAsync(program, Executor.StartOf(run, core?.Config ?? Value.EmptyObject), host, limit.Token)
            : await GoOnAsync(run, run.HistoryKey, happened, program, host, limit.Token);
        abandon.ThrowIfCancellationRequested();
        if (result is null)
        {
            return await SaveAsync(db, lease, happened.Count, (r, now) => r.Fail("history_missing", "The run's history cannot be read.", now), null, abandon);
        }

        var historyKey = result.Status == RunStatus.Suspended ? await executor.StoreHistoryAsync(run, result.History, abandon) : run.HistoryKey;
        return await SaveAsync(db, lease, happened.Count, (r, now) =>
        {
            r.Take(result, now);
            r.HistoryKey = historyKey;
        }, result, abandon);
    }

    private async Task<RunResult?> GoOnAsync(Run run, string historyKey, IReadOnlyList<Value> happened, Program program, IRunHost host, CancellationToken ct)
    {
        if (await executor.ReadHistoryAsync(historyKey, ct) is not { } history)
        {
            return null;
        }

        // An event that the run refuses, such as an answer to a question that is closed, leaves it as it was.
        return await Engine.ResumeAsync(program, history, host, ct, [.. happened.Select(e => RunEvents.FromJson(e.ToJson()))]);
    }

    private async Task<bool> SaveAsync(Db db, RunLease lease, int taken, Action<Run, DateTimeOffset> change, RunResult? result, CancellationToken ct) =>
        await db.RetryOnConflictAsync(async () =>
        {
            var run = await db.Runs.SingleAsync(r => r.Id == lease.RunId, ct);
            if (!lease.Holds(run))
            {
                return false; // cancelled from outside, or taken over while this worker slept: that stands
            }

            change(run, clock.GetUtcNow());
            var more = run.Pending.Items.Skip(taken).ToArray();
            run.Pending = more.Length > 0 && !run.IsFinished ? Value.Array(more) : default;
            if (!run.Pending.IsNull)
            {
                run.Status = RunState.Queued;
            }

            await CheckpointRows.FollowAsync(db, run, result?.Checkpoints ?? [], ct);
            await db.SaveChangesAsync(ct);
            return run.Status == RunState.Queued;
        });

    /// <summary>The user who started the run, as far as accounting goes: what the user may is not asked again.</summary>
    private static async Task<Principal> CallerOfAsync(Db db, Run run, CancellationToken ct)
    {
        var tenant = await db.Tenants.AsNoTracking().SingleAsync(t => t.Id == run.TenantId, ct);
        var user = await db.Users.AsNoTracking().SingleOrDefaultAsync(u => u.Id == run.StartedBy, ct);
        return new()
        {
            UserId = run.StartedBy,
            Email = user?.Email ?? "",
            Name = user?.Name ?? "",
            SignIn = SignInMethod.Oidc,
            TenantId = tenant.Id,
            TenantSlug = tenant.Slug,
            PartnerId = tenant.PartnerId,
            Roles = FrozenSet<string>.Empty,
        };
    }
}
