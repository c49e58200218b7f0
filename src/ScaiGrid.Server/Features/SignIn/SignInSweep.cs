using Microsoft.EntityFrameworkCore;
using ScaiGrid.Server.Access.Oidc;
using ScaiGrid.Server.Data;

namespace ScaiGrid.Server.Features.SignIn;

/// <summary>Deletes what has expired. Every replica does; what one deletes the others do not find.</summary>
internal sealed partial class SignInSweep(IServiceScopeFactory scopes, ServerOptions options, TimeProvider clock, ILogger<SignInSweep> logger) : BackgroundService
{
    private static readonly TimeSpan Interval = TimeSpan.FromMinutes(10);

    /// <summary>A used code is kept for a while, so that its second use is noticed.</summary>
    private static readonly TimeSpan KeptAfterwards = TimeSpan.FromHours(1);

    public async Task SweepAsync(CancellationToken ct)
    {
        await using var scope = scopes.CreateAsyncScope();
        scope.ServiceProvider.GetRequiredService<TenantScope>().EnterPlatform();
        var db = scope.ServiceProvider.GetRequiredService<Db>();
        var now = clock.GetUtcNow();
        var past = now - KeptAfterwards;
        await db.GrantTokens.Where(t => t.ExpiresAt < past).ExecuteDeleteAsync(ct);
        await db.Grants.Where(g => g.ExpiresAt < now || g.RevokedAt < past).ExecuteDeleteAsync(ct); // and their tokens with them
        await db.Sessions.Where(s => s.ExpiresAt < now).ExecuteDeleteAsync(ct);
        await db.DeviceLogins.Where(d => d.ExpiresAt < past).ExecuteDeleteAsync(ct);
        await db.FailedSignIns.Where(f => f.ForgottenAt < now).ExecuteDeleteAsync(ct);
        var keys = await db.SigningKeys.AsNoTracking().OrderBy(k => k.CreatedAt).ThenBy(k => k.Id).ToListAsync(ct);
        var spent = SigningKeys.Spent(keys, now, options.Oidc.AccessTokenLifetime).Select(k => k.Id).ToList();
        if (spent.Count > 0)
        {
            await db.SigningKeys.Where(k => spent.Contains(k.Id)).ExecuteDeleteAsync(ct);
        }
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Interval, clock);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            try
            {
                await SweepAsync(stoppingToken);
            }
            catch (Exception e) when (e is not OperationCanceledException)
            {
                LogFailed(logger, e);
            }
        }
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "Expired sessions and grants could not be deleted; they are good for nothing anyway.")]
    private static partial void LogFailed(ILogger logger, Exception exception);
}
