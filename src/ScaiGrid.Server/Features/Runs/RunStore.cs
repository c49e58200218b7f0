using System.Collections.Concurrent;
using Microsoft.EntityFrameworkCore;
using ScaiGrid.Flows.Language;
using ScaiGrid.Server.Data;
using ScaiGrid.Server.Features.Cores;
using ScaiGrid.Server.Features.Instances;
using ScaiGrid.Server.Features.Runs.Effects;
using ScaiGrid.Server.Features.Tenancy;
using ScaiGrid.Server.Kernel;

namespace ScaiGrid.Server.Features.Runs;

/// <summary>What the records of all runs share.</summary>
internal sealed class RunStore(
    IServiceScopeFactory scopes, RunHistories histories, RunLeases leases, RunWriter writer, InstanceRows instances, Turns turns, Lazy<WaitClock> waits, TimeProvider clock)
{
    private const int MostKnown = 10_000;

    /// <summary>Programs that are known to be stored. They are never removed.</summary>
    private readonly ConcurrentDictionary<(Id<Tenant>, string Digest), bool> _stored = new();

    public RunHistories Histories => histories;

    public RunLeases Leases => leases;

    public InstanceRows Instances => instances;

    public Turns Turns => turns;

    public RunWriter Writer => writer;

    public WaitClock Waits => waits.Value;

    public TimeProvider Clock => clock;

    public AsyncServiceScope Enter(Id<Tenant> tenantId, out Db db)
    {
        var scope = scopes.CreateAsyncScope();
        scope.ServiceProvider.GetRequiredService<TenantScope>().Enter(tenantId);
        db = scope.ServiceProvider.GetRequiredService<Db>();
        return scope;
    }

    /// <summary>Keeps the program that a run is about to begin with.</summary>
    public async ValueTask AddProgramAsync(Id<Tenant> tenantId, string digest, Value source, CancellationToken ct)
    {
        if (_stored.ContainsKey((tenantId, digest)))
        {
            return;
        }

        await using var scope = Enter(tenantId, out var db);
        await db.RetryOnConflictAsync(async () =>
        {
            await AddProgramAsync(db, tenantId, digest, source, ct);
            return await db.SaveChangesAsync(ct);
        });
        Wrote(tenantId, digest);
    }

    /// <summary>Keeps the program that a run begins with, as part of the caller's save.</summary>
    public async Task AddProgramAsync(Db db, Id<Tenant> tenantId, string digest, Value source, CancellationToken ct)
    {
        if (!_stored.ContainsKey((tenantId, digest)) && !await db.Programs.AnyAsync(p => p.Digest == digest, ct))
        {
            db.Programs.Add(new() { TenantId = tenantId, Digest = digest, Source = source });
        }
    }

    /// <summary>Stores a run for whichever worker takes it first; one of an instance when its turn has come.</summary>
    /// <param name="claim">Takes, in the same save, what the run is started for. False = another has taken it, and the run is not stored.</param>
    /// <returns>Why not; null when it is stored, or not claimed.</returns>
    public async Task<Error?> QueueAsync(LoadedCore core, Run run, CancellationToken ct, Func<Db, Task<bool>>? claim = null)
    {
        Error? refused = null;
        var added = false;
        if (run.InstanceKey is null)
        {
            await using var scope = Enter(run.TenantId, out var db);
            await db.RetryOnConflictAsync(async () =>
            {
                await ((added = claim is null || await claim(db)) ? AddAsync(db) : Task.CompletedTask);
                return await db.SaveChangesAsync(ct);
            });
        }
        else if (await instances.ChangeAsync(InstanceId.Of(run), async (db, instance) =>
        {
            refused = Turns.Queue(instance, run); // first: what the run is started for is not taken when there is no place for it
            if (!(added = refused is null && (claim is null || await claim(db))))
            {
                instance.Leave(run.Id);
                return;
            }

            await AddAsync(db);
        }, ct) is null)
        {
            return CoreErrors.Missing(run.CoreId);
        }

        if (added)
        {
            Wrote(run.TenantId, run.ProgramDigest);
        }

        return refused;

        async Task AddAsync(Db db)
        {
            await AddProgramAsync(db, run.TenantId, run.ProgramDigest, core.Program.Manifest.Source, ct);
            db.Runs.Add(run);
        }
    }

    /// <summary>That save has succeeded.</summary>
    public void Wrote(Id<Tenant> tenantId, string digest)
    {
        if (_stored.Count >= MostKnown)
        {
            _stored.Clear();
        }

        _stored[(tenantId, digest)] = true;
    }
}
