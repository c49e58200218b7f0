using System.Security.Cryptography;
using Microsoft.EntityFrameworkCore;
using ScaiGrid.Server.Data;
using ScaiGrid.Server.Features.Cores;
using ScaiGrid.Server.Kernel;

namespace ScaiGrid.Server.Features.Models;

/// <summary>
/// What can be called, kept in memory so that a call asks no database: one immutable snapshot, replaced as a whole whenever
/// anything in it changes. When it cannot be read anew, the last good one stays.
/// </summary>
internal sealed partial class Catalogue : IDisposable
{
    private readonly IServiceScopeFactory _scopes;
    private readonly ConnectionSecrets _secrets;
    private readonly ILogger<Catalogue> _logger;
    private readonly SemaphoreSlim _oneLoad = new(1);
    private CatalogueSnapshot? _current;
    private long _asked, _answered;

    public Catalogue(IServiceScopeFactory scopes, ConnectionSecrets secrets, ChangeStamps stamps, ILogger<Catalogue> logger)
    {
        (_scopes, _secrets, _logger) = (scopes, secrets, logger);
        stamps.Keep(Stamped.Catalogue, LoadAsync);
    }

    public CatalogueSnapshot Current => Volatile.Read(ref _current) ?? throw new InvalidOperationException("The catalogue is loaded before anything is served.");

    /// <summary>
    /// Returns when <see cref="Current"/> shows everything that was committed before the call. One load runs at a time, so an older
    /// one never replaces a newer; those who asked while it ran share the next.
    /// </summary>
    public async Task LoadAsync(CancellationToken ct)
    {
        var asked = Interlocked.Increment(ref _asked);
        await _oneLoad.WaitAsync(ct);
        try
        {
            if (_answered >= asked)
            {
                return;
            }

            var answering = Volatile.Read(ref _asked);
            Volatile.Write(ref _current, await ReadAsync(ct));
            _answered = answering;
        }
        finally
        {
            _oneLoad.Release();
        }
    }

    public void Dispose() => _oneLoad.Dispose();

    private async Task<CatalogueSnapshot> ReadAsync(CancellationToken ct)
    {
        await using var scope = _scopes.CreateAsyncScope();
        scope.ServiceProvider.GetRequiredService<TenantScope>().EnterPlatform();
        var db = scope.ServiceProvider.GetRequiredService<Db>();
        await using var oneMoment = await db.BeginSnapshotAsync(ct);

        var tenants = await db.Tenants.AsNoTracking()
            .Select(t => new CatalogueTenant(t.Id, t.Slug, t.PartnerId, t.RestrictModelsToGroups))
            .ToListAsync(ct);
        var groups = await db.ModelGroups.AsNoTracking().ToListAsync(ct);
        var models = await db.Models.AsNoTracking().ToListAsync(ct);
        var links = await db.ModelBackends.AsNoTracking().ToListAsync(ct);
        var backends = await ReadBackendsAsync(db, ct);
        return CatalogueSnapshot.Of(tenants, groups, models, links, backends);
    }

    private async Task<List<CatalogueBackend>> ReadBackendsAsync(Db db, CancellationToken ct)
    {
        var rows = await db.Backends.AsNoTracking().ToListAsync(ct);
        var ids = rows.Select(CoreIdOf).OfType<Id<Core>>().ToArray();
        var cores = await db.Cores.AsNoTracking().Where(c => ids.Contains(c.Id))
            .Select(c => new PublishedCore(c.Id, c.TenantId, c.Name, c.Status, c.Version, c.AvatarKey))
            .ToDictionaryAsync(c => (c.TenantId, c.Id), ct);

        var backends = new List<CatalogueBackend>(rows.Count);
        foreach (var row in rows)
        {
            try
            {
                var core = CoreIdOf(row) is { } id && row.TenantId is { } tenant ? cores.GetValueOrDefault((tenant, id)) : null;
                backends.Add(new(row, _secrets.Unprotect(row.ProviderType, row.ConnectionConfig), core is null ? null : core with { Streams = row.ConnectionConfig["streaming"].IsTruthy }));
            }
            catch (CryptographicException e)
            {
                LogUnreadable(_logger, row.Id, e); // one backend fails, not the whole catalogue
            }
        }

        return backends;
    }

    private static Id<Core>? CoreIdOf(BackendModel backend) =>
        backend.ProviderType == ProviderTypes.Core && Id<Core>.TryParse(backend.ConnectionConfig["core_id"].AsString(), null, out var id) ? id : null;

    [LoggerMessage(Level = LogLevel.Error, Message = "The secrets of backend {Backend} cannot be decrypted, so nothing is sent to it. Enter them again.")]
    private static partial void LogUnreadable(ILogger logger, Id<BackendModel> backend, Exception exception);
}
