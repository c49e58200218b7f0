using Microsoft.EntityFrameworkCore;
using ScaiGrid.Server.Data;
using ScaiGrid.Server.Kernel;

namespace ScaiGrid.Server.Features.Webhooks;

/// <summary>
/// Brings events to those who asked for them: makes a delivery for each of a tenant's webhooks that matches, and tries each until it arrives or has
/// failed too often. All of it is rows, which any replica takes up.
/// </summary>
internal sealed partial class WebhookWorker(IServiceScopeFactory scopes, WebhookSender sender, TimeProvider clock, ILogger<WebhookWorker> logger) : BackgroundService
{
    public static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);

    private const int Batch = 100, AtOnce = 16;

    private static readonly TimeSpan Kept = TimeSpan.FromDays(7);

    private DateTimeOffset _sweptAt;

    /// <summary>Takes up what is due.</summary>
    public async Task RunOnceAsync(CancellationToken ct)
    {
        while (await FanOutAsync(ct))
        {
            // there may be more than one batch
        }

        for (var due = await DueAsync(ct); due.Count > 0; due = await DueAsync(ct))
        {
            await Parallel.ForEachAsync(due, new ParallelOptions { MaxDegreeOfParallelism = AtOnce, CancellationToken = ct }, async (one, token) => await TryAsync(one, token));
        }

        await SweepAsync(ct);
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Interval, clock);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            try
            {
                await RunOnceAsync(stoppingToken);
            }
            catch (Exception e) when (e is not OperationCanceledException)
            {
                LogBehind(logger, e);
            }
        }
    }

    private AsyncServiceScope Open(out Db db)
    {
        var scope = scopes.CreateAsyncScope();
        scope.ServiceProvider.GetRequiredService<TenantScope>().EnterPlatform();
        db = scope.ServiceProvider.GetRequiredService<Db>();
        return scope;
    }

    /// <summary>Turns events into deliveries, in one transaction for each batch. A replica that does the same loses the race and goes on.</summary>
    /// <returns>Whether there may be more.</returns>
    private async Task<bool> FanOutAsync(CancellationToken ct)
    {
        await using var scope = Open(out var db);
        var events = await db.OutgoingEvents.OrderBy(e => e.At).Take(Batch).ToListAsync(ct);
        if (events.Count == 0)
        {
            return false;
        }

        var tenants = events.Select(e => new Id<Tenancy.Tenant>(e.TenantId)).Distinct().ToList();
        var webhooks = await db.Webhooks.AsNoTracking().Where(w => tenants.Contains(w.TenantId) && w.Status == WebhookStatus.Active).ToListAsync(ct);
        var partners = await db.Tenants.Where(t => tenants.Contains(t.Id)).ToDictionaryAsync(t => t.Id, t => (Id<Tenancy.Partner>?)t.PartnerId, ct);
        var now = clock.GetUtcNow();
        var deliveries = events.SelectMany(e => webhooks.Where(w => w.TenantId.Value == e.TenantId && w.Events.Exists(p => EventTypes.Matches(p, e.Type))).Select(w => new WebhookDelivery
        {
            TenantId = w.TenantId,
            Id = $"{e.Id.Replace("evt", "dlv", StringComparison.Ordinal)}-{w.Id.Value}",
            WebhookId = w.Id,
            EventId = e.Id,
            EventType = e.Type,
            Body = e.Body(partners.GetValueOrDefault(w.TenantId)),
            NextAt = now,
            CreatedAt = now,
        })).ToList();
        var ids = deliveries.ConvertAll(d => d.Id);
        var made = await db.WebhookDeliveries.Where(d => tenants.Contains(d.TenantId) && ids.Contains(d.Id)).Select(d => d.Id).ToHashSetAsync(ct); // a crash lets an event be told again
        db.AddRange(deliveries.Where(d => !made.Contains(d.Id)));
        db.RemoveRange(events);
        try
        {
            await db.SaveChangesAsync(ct);
            return events.Count == Batch;
        }
        catch (DbUpdateException e)
        {
            LogRace(logger, e); // another replica was faster, or a webhook is gone: what is left is taken up with the next round
            return false;
        }
    }

    /// <summary>What is to be tried now, taken so that no other replica tries it too.</summary>
    private async Task<List<(Webhook Webhook, WebhookDelivery Delivery)>> DueAsync(CancellationToken ct)
    {
        await using var scope = Open(out var db);
        var now = clock.GetUtcNow();
        var rows = await db.WebhookDeliveries.AsNoTracking()
            .Where(d => d.Status == DeliveryStatus.Pending && d.NextAt <= now)
            .OrderBy(d => d.NextAt).Take(AtOnce) // what is taken is begun at once, well within its lease
            .Join(db.Webhooks.AsNoTracking(), d => new { d.TenantId, Id = d.WebhookId }, w => new { w.TenantId, w.Id }, (d, w) => new { Delivery = d, Webhook = w })
            .ToListAsync(ct);
        var taken = new List<(Webhook, WebhookDelivery)>();
        foreach (var row in rows)
        {
            var (tenant, id, seen, until) = (row.Delivery.TenantId, row.Delivery.Id, row.Delivery.NextAt, now + WebhookDelivery.Lease);
            if (await db.WebhookDeliveries.Where(d => d.TenantId == tenant && d.Id == id && d.Status == DeliveryStatus.Pending && d.NextAt == seen)
                .ExecuteUpdateAsync(d => d.SetProperty(x => x.NextAt, until), ct) == 1)
            {
                taken.Add((row.Webhook, row.Delivery));
            }
        }

        return taken;
    }

    private async Task TryAsync((Webhook Webhook, WebhookDelivery Delivery) due, CancellationToken ct)
    {
        var (webhook, delivery) = due;
        var sent = webhook.Status == WebhookStatus.Active
            ? await sender.SendAsync(webhook.Url, webhook.SealedSecret, delivery.EventType, delivery.Id, delivery.Body, ct)
            : new Sent(null, 0, "The webhook is not active.");
        await using var scope = Open(out var db);
        await db.RetryOnConflictAsync(async () =>
        {
            var row = await db.WebhookDeliveries.SingleOrDefaultAsync(d => d.TenantId == delivery.TenantId && d.Id == delivery.Id, ct);
            var owner = await db.Webhooks.SingleOrDefaultAsync(w => w.TenantId == webhook.TenantId && w.Id == webhook.Id, ct);
            if (row is not null && owner is not null)
            {
                row.Tried(sent, webhook.Status == WebhookStatus.Active ? owner.MaxRetries : 0, clock.GetUtcNow());
                if (!sent.Succeeded || owner.FailuresInARow > 0)
                {
                    owner.Heard(sent.Succeeded, clock.GetUtcNow());
                }

                await db.SaveChangesAsync(ct);
            }

            return true;
        });
    }

    private async Task SweepAsync(CancellationToken ct)
    {
        var now = clock.GetUtcNow();
        if (now - _sweptAt < TimeSpan.FromHours(1))
        {
            return;
        }

        _sweptAt = now;
        await using var scope = Open(out var db);
        var before = now - Kept;
        await db.WebhookDeliveries.Where(d => d.Status != DeliveryStatus.Pending && d.NextAt < before).ExecuteDeleteAsync(ct);
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "Webhook deliveries wait for the database.")]
    private static partial void LogBehind(ILogger logger, Exception exception);

    [LoggerMessage(Level = LogLevel.Debug, Message = "Events were taken up by somebody else.")]
    private static partial void LogRace(ILogger logger, Exception exception);
}
