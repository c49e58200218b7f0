using System.Collections.Concurrent;
using Microsoft.EntityFrameworkCore;
using ScaiGrid.Runtime;
using ScaiGrid.Server.Data;
using ScaiGrid.Server.Features.Cores;
using ScaiGrid.Server.Features.Tenancy;
using ScaiGrid.Server.Kernel;

namespace ScaiGrid.Server.Features.Runs;

/// <summary>The programs that are in use, compiled once: of Cores as they are now, and of runs that began with an earlier one.</summary>
internal sealed class CorePrograms(IServiceScopeFactory scopes, CoreEnvironment environment, CorePlugins plugins)
{
    /// <summary>As a version: for whoever has not seen the Core, and must not work with one that was edited elsewhere since it was kept here.</summary>
    public const int Newest = int.MaxValue;

    private const int MostKept = 2_000;

    private readonly ConcurrentDictionary<Id<Core>, LoadedCore> _cores = new();
    private readonly ConcurrentDictionary<(Id<Tenant>, string Digest), Program> _byDigest = new();

    /// <summary>The Core in the version that the caller knows of, or a later one.</summary>
    /// <param name="version">As the caller last saw it.</param>
    public ValueTask<Result<LoadedCore>> OfAsync(Id<Tenant> tenantId, Id<Core> id, int version, CancellationToken ct) =>
        _cores.TryGetValue(id, out var known) && known.Version >= version ? new(known) : new(LoadAsync(tenantId, id, ct));

    /// <summary>The program that a run began with.</summary>
    /// <returns>Null when it is not stored, or this version cannot run it any more.</returns>
    public async ValueTask<Program?> OfRunAsync(Id<Tenant> tenantId, string digest, CancellationToken ct)
    {
        if (_byDigest.TryGetValue((tenantId, digest), out var known))
        {
            return known;
        }

        await using var scope = Enter(tenantId, out var db);
        if (await db.Programs.AsNoTracking().SingleOrDefaultAsync(p => p.Digest == digest, ct) is not { } stored
            || !CoreSource.Load(stored.Source).Succeeded(out var program, out _))
        {
            return null;
        }

        Trim(_byDigest);
        return _byDigest[(tenantId, digest)] = program;
    }

    private async Task<Result<LoadedCore>> LoadAsync(Id<Tenant> tenantId, Id<Core> id, CancellationToken ct)
    {
        await using var scope = Enter(tenantId, out var db);
        if (await db.Cores.AsNoTracking().SingleOrDefaultAsync(c => c.Id == id, ct) is not { } core)
        {
            return CoreErrors.Missing(id);
        }

        if (!LoadedCore.Of(core, environment, plugins).Succeeded(out var loaded, out var error))
        {
            return error;
        }

        Trim(_cores);
        return _cores[id] = loaded;
    }

    private AsyncServiceScope Enter(Id<Tenant> tenantId, out Db db)
    {
        var scope = scopes.CreateAsyncScope();
        scope.ServiceProvider.GetRequiredService<TenantScope>().Enter(tenantId);
        db = scope.ServiceProvider.GetRequiredService<Db>();
        return scope;
    }

    // What is needed again is loaded again: rare enough not to keep book of who was used last.
    private static void Trim<TKey, TValue>(ConcurrentDictionary<TKey, TValue> cache) where TKey : notnull
    {
        if (cache.Count >= MostKept)
        {
            cache.Clear();
        }
    }
}
