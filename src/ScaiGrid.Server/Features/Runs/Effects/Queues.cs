using Microsoft.EntityFrameworkCore;
using ScaiGrid.Flows.Language;
using ScaiGrid.Runtime;
using ScaiGrid.Server.Data;
using ScaiGrid.Server.Features.Tenancy;
using ScaiGrid.Server.Kernel;

namespace ScaiGrid.Server.Features.Runs.Effects;

/// <summary>Performs <c>queue_publish</c> and <c>queue_consume</c> on the tenant's own queues. A queue is there as soon as it is named.</summary>
internal sealed class Queues(RunStore store, Lazy<WaitClock> waits, IdSource ids, TimeProvider clock)
{
    private const int LongestType = 200;

    public async Task<EffectOutcome> PublishAsync(EffectContext context, QueuePublish publish, CancellationToken ct)
    {
        var key = RunWait.KeyOf(publish);
        await using var scope = store.Enter(context.Run.TenantId, out var db);
        var message = await db.RetryOnConflictAsync(async () =>
        {
            if (context.MayRepeat && await db.QueueMessages.AsNoTracking().SingleOrDefaultAsync(m => m.PublishKey == key, ct) is { } earlier)
            {
                return earlier;
            }

            var (ranked, retries) = SettingsOf(context.Core, publish.Queue);
            var now = clock.GetUtcNow();
            var added = db.QueueMessages.Add(new()
            {
                Id = ids.New<QueueMessage>(),
                TenantId = context.Run.TenantId,
                Queue = QueueMessage.NameOf(publish.Scope, publish.Queue),
                MessageType = publish.MessageType is { Length: > LongestType } type ? type[..LongestType] : publish.MessageType,
                Payload = publish.Payload,
                Priority = publish.Priority,
                Rank = ranked ? (int)publish.Priority : 0,
                Reason = publish.Reason?.Replace('\0', '\uFFFD'),
                VisibleAt = now,
                MaxRetries = retries,
                PublishKey = key,
                PublishedBy = context.Run.Id.Value,
                CreatedAt = now,
            }).Entity;
            await db.SaveChangesAsync(ct);
            return added;
        });
        waits.Value.Published(message);
        return new(Value.Object([new("id", message.Id.Value), new("queue", publish.Queue), new("scope", publish.Scope)]));
    }

    /// <returns>Null when there is no message yet, and time to wait for one.</returns>
    public async Task<EffectOutcome?> ConsumeAsync(EffectContext context, QueueConsume consume, CancellationToken ct)
    {
        var key = RunWait.KeyOf(consume);
        await using var scope = store.Enter(context.Run.TenantId, out var db);
        if (context.MayRepeat && await db.QueueMessages.AsNoTracking().SingleOrDefaultAsync(m => m.ClaimKey == key, ct) is { } earlier)
        {
            return new(earlier.ToValue());
        }

        var taken = await ClaimAsync(db, context.Run.TenantId, QueueMessage.NameOf(consume.Scope, consume.Queue), context.Run.Id, key, ct);
        return taken is not null ? new(taken.ToValue()) : consume.Until <= clock.GetUtcNow() ? new(Value.Null) : null;
    }

    /// <summary>Takes the next message; no two who ask at once are given the same.</summary>
    private Task<QueueMessage?> ClaimAsync(Db db, Id<Tenant> tenantId, string queue, Id<Run> run, string key, CancellationToken ct) => db.RetryOnConflictAsync(async () =>
    {
        await using var transaction = await db.Database.BeginTransactionAsync(ct);
        if (await db.LockNextMessage(tenantId.Value, queue, clock.GetUtcNow()).SingleOrDefaultAsync(ct) is not { } message)
        {
            return null;
        }

        message.Claim(run, key);
        await db.SaveChangesAsync(ct);
        await transaction.CommitAsync(ct);
        return message;
    });

    /// <summary>What the manifest of the publishing Core says of the queue.</summary>
    private static (bool Ranked, int MaxRetries) SettingsOf(LoadedCore? core, string queue)
    {
        var declared = core?.Program.Manifest.Source["core"]["scaiqueue"]["queues"].Items.FirstOrDefault(q => q["slug"].AsString() == queue) ?? default;
        return (declared["consumer_mode"].AsString() == "priority",
            declared["max_retries"].TryGetDecimal(out var retries) && retries is >= 0 and <= 100 ? (int)retries : QueueMessage.DefaultRetries);
    }
}
