using System.Collections.Frozen;
using Microsoft.EntityFrameworkCore;
using ScaiGrid.Flows.Language;
using ScaiGrid.Runtime;
using ScaiGrid.Server.Access;
using ScaiGrid.Server.Data;
using ScaiGrid.Server.Features.Checkpoints;
using ScaiGrid.Server.Features.Instances;

namespace ScaiGrid.Server.Features.Runs;

/// <summary>Takes one queued run as far as it goes: from its beginning, or from its history with what has happened since.</summary>
internal sealed class RunStep(RunStore store, Executor executor, CorePrograms programs)
{
    /// <returns>True when the run is queued again because more has happened to it meanwhile.</returns>
    public async Task<bool> ExecuteAsync(RunLease lease)
    {
        var abandon = lease.Lost;
        var (run, caller) = await ReadAsync(lease, abandon);
        if (!lease.Holds(run))
        {
            return false; // cancelled between taking and now
        }

        Turn? turn = null;
        if (run.InstanceKey is not null)
        {
            if (await store.Turns.TakeAsync(run, lease, abandon) is not { } taken)
            {
                return false; // it is queued until its turn comes
            }

            if (!taken.Succeeded(out turn, out var refused))
            {
                await RunRecord.Taken(store, run, lease, null, null).FailAsync(refused.Type.Code.ToLowerInvariant(), refused.Message, abandon);
                await store.Turns.LeaveAsync(run, abandon);
                return false;
            }
        }

        try
        {
            return await ExecuteAsync(run, caller, lease, turn);
        }
        finally
        {
            if (turn is not null)
            {
                await store.Turns.GiveUpAsync(turn);
            }
        }
    }

    /// <summary>The run, and on whose behalf it is executed. No connection is held while it is.</summary>
    private async Task<(Run Run, Principal Caller)> ReadAsync(RunLease lease, CancellationToken ct)
    {
        await using var scope = store.Enter(lease.TenantId, out var db);
        var run = await db.Runs.AsNoTracking().SingleAsync(r => r.Id == lease.RunId, ct);
        return (run, await CallerOfAsync(db, run, ct));
    }

    private async Task<bool> ExecuteAsync(Run run, Principal caller, RunLease lease, Turn? turn)
    {
        var (tenantId, abandon) = (lease.TenantId, lease.Lost);

        // A Core that is gone or cannot be loaded now still has runs to finish, on the program that they began with.
        var core = (await programs.OfAsync(tenantId, run.CoreId, CorePrograms.Newest, abandon)).Succeeded(out var loaded, out _) ? loaded : null;
        var record = RunRecord.Taken(store, run, lease, turn, core);
        if (await programs.OfRunAsync(tenantId, run.ProgramDigest, abandon) is not { } program)
        {
            await record.FailAsync("program_missing", "The program that the run began with cannot be loaded by this version.", abandon);
            return false;
        }

        using var limit = CancellationTokenSource.CreateLinkedTokenSource(abandon);
        limit.CancelAfter(core?.MaxDuration ?? LoadedCore.DefaultMaxDuration);
        var history = run.History is null && run.HistoryKey is null ? null : await store.Histories.ReadAsync(run, abandon);
        if (history is null && (run.History is not null || run.HistoryKey is not null))
        {
            await record.FailAsync("history_missing", "The run's history cannot be read.", abandon);
            return false;
        }

        var host = executor.HostFor(record, caller, core, mayRepeat: history is not null);
        var result = history is null
            ? await Engine.RunAsync(program, Executor.StartOf(run, program, core?.Config ?? Value.EmptyObject, turn), host, limit.Token)
            : await Engine.ResumeAsync(program, history, host, limit.Token, [.. MemoryOf(program, history, turn), .. run.Pending.Items.Select(e => RunEvents.FromJson(e.ToJson()))]);
        result = await record.Mode.ApplyAsync(program, result, host, limit.Token);
        if (abandon.IsCancellationRequested)
        {
            return false; // whoever has the run now makes of it what counts
        }

        await record.EndAsync(result, abandon);
        return record.Run.Status == RunState.Queued;
    }

    /// <summary>What the instance remembers by now, when that is not what the run has seen of it.</summary>
    private static IEnumerable<RunEvent> MemoryOf(Program program, RunHistory history, Turn? turn) =>
        turn?.Recall(program) is { } memory && history.MemoryRevision != turn.Revision ? [new MemoryRead(memory, turn.Revision)] : [];

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
