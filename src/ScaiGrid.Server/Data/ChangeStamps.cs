using Microsoft.EntityFrameworkCore;
using ScaiGrid.Server.Access.Oidc;
using ScaiGrid.Server.Features.Accounting.Budgets;
using ScaiGrid.Server.Features.ApiKeys;
using ScaiGrid.Server.Features.Cores;
using ScaiGrid.Server.Features.Models;
using ScaiGrid.Server.Features.SignIn;
using ScaiGrid.Server.Features.Tenancy;
using ScaiGrid.Server.Features.Webhooks;

namespace ScaiGrid.Server.Data;

/// <summary>The kinds of data that are cached in memory and must be dropped when they change.</summary>
[Flags]
internal enum Stamped
{
    None = 0,

    /// <summary>Who may sign in and what they may do.</summary>
    Access = 1,

    /// <summary>What can be called: models, backends, groups, and the Cores behind published ones.</summary>
    Catalogue = 2,

    /// <summary>What tokens of the embedded issuer rest on: its keys, and the grants that were revoked.</summary>
    Tokens = 4,

    /// <summary>What calls may come to.</summary>
    Budgets = 8,

    /// <summary>Who is told of events.</summary>
    Webhooks = 16,
}

/// <summary>
/// Keeps what is cached in memory true. A change counts its stamp up in its own transaction; this replica refreshes before the change
/// is answered, and every other one when it next reads the stamps, at most <see cref="Interval"/> later.
/// </summary>
internal sealed partial class ChangeStamps(IServiceScopeFactory scopes, TimeProvider clock, ILogger<ChangeStamps> logger) : BackgroundService
{
    public static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);

    private readonly List<(Stamped Kinds, Func<CancellationToken, Task> Refresh)> _caches = [];
    private Dictionary<string, long> _seen = [];

    public static Stamped Of(object entity) => entity switch
    {
        Partner or Tenant => Stamped.Access | Stamped.Catalogue,
        User or UserGroup or ApiKey or ServiceClient => Stamped.Access,
        FrontendModel or BackendModel or ModelBackend or ModelGroup or ModelGroupMember or Core => Stamped.Catalogue,
        SigningKey or Grant { RevokedAt: not null } => Stamped.Tokens,
        Budget => Stamped.Budgets,
        Webhook => Stamped.Webhooks,
        _ => Stamped.None,
    };

    public static async Task BumpAsync(Db db, Stamped changed, CancellationToken ct)
    {
        foreach (var name in NamesOf(changed)) // always in the same order, so that two writers cannot wait for each other
        {
            await db.Stamps.Where(s => s.Name == name).ExecuteUpdateAsync(s => s.SetProperty(x => x.Value, x => x.Value + 1), ct);
        }
    }

    /// <summary>Registers a cache. Called while the server is put together, before anything is served.</summary>
    public void Keep(Stamped kinds, Func<CancellationToken, Task> refresh) => _caches.Add((kinds, refresh));

    /// <summary>
    /// Refreshes after a change that is committed, so that its maker sees it at once. It is not undone by a failure here:
    /// the next reading of the stamps tries again.
    /// </summary>
    public async Task RefreshAsync(Stamped changed, CancellationToken ct)
    {
        try
        {
            await RefreshCachesAsync(changed, ct);
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            LogBehind(logger, e);
        }
    }

    /// <summary>Reads the stamps once and refreshes what they show to be stale.</summary>
    public async Task CatchUpAsync(CancellationToken ct)
    {
        await using var scope = scopes.CreateAsyncScope();
        scope.ServiceProvider.GetRequiredService<TenantScope>().EnterPlatform();
        var now = await scope.ServiceProvider.GetRequiredService<Db>().Stamps.AsNoTracking().ToDictionaryAsync(s => s.Name, s => s.Value, ct);
        var changed = Stamped.None;
        foreach (var kind in (ReadOnlySpan<Stamped>)[Stamped.Access, Stamped.Catalogue, Stamped.Tokens, Stamped.Budgets, Stamped.Webhooks])
        {
            var name = NamesOf(kind).First();
            if (now.GetValueOrDefault(name) != _seen.GetValueOrDefault(name, -1))
            {
                changed |= kind;
            }
        }

        await RefreshCachesAsync(changed, ct);
        _seen = now;
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Interval, clock);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            try
            {
                await CatchUpAsync(stoppingToken);
            }
            catch (Exception e) when (e is not OperationCanceledException)
            {
                LogBehind(logger, e);
            }
        }
    }

    private async Task RefreshCachesAsync(Stamped changed, CancellationToken ct)
    {
        foreach (var (kinds, refresh) in _caches)
        {
            if ((kinds & changed) != Stamped.None)
            {
                await refresh(ct);
            }
        }
    }

    private static IEnumerable<string> NamesOf(Stamped kinds)
    {
        if (kinds.HasFlag(Stamped.Access))
        {
            yield return "access";
        }

        if (kinds.HasFlag(Stamped.Catalogue))
        {
            yield return "catalogue";
        }

        if (kinds.HasFlag(Stamped.Tokens))
        {
            yield return "tokens";
        }

        if (kinds.HasFlag(Stamped.Budgets))
        {
            yield return "budgets";
        }

        if (kinds.HasFlag(Stamped.Webhooks))
        {
            yield return "webhooks";
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "The database could not be asked for changes; what is cached stays in use and is asked for again.")]
    private static partial void LogBehind(ILogger logger, Exception exception);
}
