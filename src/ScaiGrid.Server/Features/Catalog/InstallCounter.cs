using System.Collections.Concurrent;
using Microsoft.EntityFrameworkCore;
using ScaiGrid.Flows.Packages;
using ScaiGrid.Server.Data;
using ScaiGrid.Server.Features.Tenancy;
using ScaiGrid.Server.Kernel;

namespace ScaiGrid.Server.Features.Catalog;

/// <summary>
/// Counts installs in memory and adds them to the rows every few seconds, so that reading a package never waits for a write. What a killed process had
/// not added yet is not counted: it is a figure for people, not a record.
/// </summary>
internal sealed partial class InstallCounter(IServiceScopeFactory scopes, TimeProvider clock, ILogger<InstallCounter> logger) : BackgroundService
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(2);

    private ConcurrentDictionary<(Id<Tenant> Tenant, PackageId Package), long> _counts = new();

    public void Count(Id<Tenant> tenant, PackageId package) => _counts.AddOrUpdate((tenant, package), 1, (_, count) => count + 1);

    public async Task FlushAsync(CancellationToken ct)
    {
        var counts = Interlocked.Exchange(ref _counts, new());
        if (counts.IsEmpty)
        {
            return;
        }

        await using var scope = scopes.CreateAsyncScope();
        scope.ServiceProvider.GetRequiredService<TenantScope>().EnterPlatform();
        var db = scope.ServiceProvider.GetRequiredService<Db>();
        foreach (var ((tenant, package), count) in counts)
        {
            await db.Packages.Where(p => p.TenantId == tenant && p.PackageId == package).ExecuteUpdateAsync(p => p.SetProperty(x => x.Installs, x => x.Installs + count), ct);
        }
    }

    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        await base.StopAsync(cancellationToken);
        await FlushOrLogAsync(cancellationToken);
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Interval, clock);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            await FlushOrLogAsync(stoppingToken);
        }
    }

    private async Task FlushOrLogAsync(CancellationToken ct)
    {
        try
        {
            await FlushAsync(ct);
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            LogLost(logger, e);
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "Some installs of packages are not counted.")]
    private static partial void LogLost(ILogger logger, Exception exception);
}
