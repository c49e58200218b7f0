using Microsoft.EntityFrameworkCore;
using ScaiGrid.Server.Data;
using ScaiGrid.Server.Kernel;

namespace ScaiGrid.Server.Features.Runs.Replicas;

/// <summary>This process's place among those that work on the database, and its signs of life.</summary>
internal sealed class Heartbeat(IServiceScopeFactory scopes, RunLeases leases, IReplicaLock sign, IdSource ids, TimeProvider clock) : IDisposable
{
    /// <summary>A process that gave no sign for so long is taken for dead, though its lock is held: it is stopped, or cut off.</summary>
    public static readonly TimeSpan Lapse = TimeSpan.FromSeconds(10);

    private readonly SemaphoreSlim _beating = new(1);
    private long _confirmed;
    private bool _registered;

    /// <summary>Gives a sign of life. A process that was taken for dead meanwhile has lost its runs, and begins again under another name.</summary>
    public async Task BeatAsync(CancellationToken ct)
    {
        await _beating.WaitAsync(ct);
        try
        {
            var began = clock.GetTimestamp();
            await using var scope = Enter(out var db);
            if (_registered && !await IsKnownAsync(db, ct))
            {
                _registered = false;
                await leases.LoseAllAsync();
            }

            if (_registered)
            {
                await sign.HoldAsync(leases.Owner, ct);
            }
            else
            {
                await RegisterAsync(db, ct);
            }

            _confirmed = began;
        }
        finally
        {
            _beating.Release();
        }
    }

    /// <summary>
    /// Returns when no other process can have taken this one for dead, or its runs are lost. Asked before anything outside is touched: a process
    /// may have been stopped since it last saved, for any length of time.
    /// </summary>
    public Task EnsureAliveAsync(CancellationToken ct) => sign.IsProof || clock.GetElapsedTime(_confirmed) < Lapse ? Task.CompletedTask : BeatAsync(ct);

    /// <summary>Returns when the run is still this process's, under the name by which it took it; cancels the work on it otherwise.</summary>
    /// <exception cref="OperationCanceledException">The run is another's by now.</exception>
    public async ValueTask EnsureItHasAsync(RunLease lease, CancellationToken ct)
    {
        await EnsureAliveAsync(ct);
        if (lease.Owner != leases.Owner)
        {
            await lease.LoseAsync();
        }

        lease.Lost.ThrowIfCancellationRequested();
    }

    /// <summary>This process works on nothing any more.</summary>
    public async Task EndAsync(CancellationToken ct)
    {
        await leases.LoseAllAsync(); // what nobody waits for may still be executed here
        await using (var scope = Enter(out var db))
        {
            await db.Replicas.Where(r => r.Id == leases.Owner).ExecuteDeleteAsync(ct);
        }

        await sign.DisposeAsync();
    }

    public void Dispose() => _beating.Dispose();

    private async Task RegisterAsync(Db db, CancellationToken ct)
    {
        var id = ids.New<Replica>();
        await sign.HoldAsync(id, ct); // first: whoever finds the row finds the lock taken
        db.Replicas.Add(new() { Id = id, StartedAt = clock.GetUtcNow() });
        await db.SaveChangesAsync(ct);
        leases.Owner = id;
        _registered = true;
    }

    private async Task<bool> IsKnownAsync(Db db, CancellationToken ct)
    {
        var mine = db.Replicas.Where(r => r.Id == leases.Owner);
        return sign.IsProof ? await mine.AnyAsync(ct) : await mine.ExecuteUpdateAsync(r => r.SetProperty(x => x.Beat, x => x.Beat + 1), ct) == 1;
    }

    private AsyncServiceScope Enter(out Db db)
    {
        var scope = scopes.CreateAsyncScope();
        scope.ServiceProvider.GetRequiredService<TenantScope>().EnterPlatform();
        db = scope.ServiceProvider.GetRequiredService<Db>();
        return scope;
    }
}
