using System.Security.Cryptography;
using System.Text;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using ScaiGrid.Runtime;
using ScaiGrid.Server.Data;
using ScaiGrid.Server.Features.Tenancy;
using ScaiGrid.Server.Kernel;

namespace ScaiGrid.Server.Features.Runs;

/// <summary>An outcome that a suspended run waits for: a message of a queue, or the end of another run.</summary>
internal sealed class RunWait
{
    public required Id<Tenant> TenantId { get; init; }

    public required Id<Run> RunId { get; init; }

    /// <summary>The digest of the effect's idempotency key.</summary>
    public required string EffectKey { get; init; }

    public required string StepPath { get; init; }

    public required int Attempt { get; init; }

    /// <summary>The queue whose next message it is, with its scope before it; null when it waits for a run.</summary>
    public string? Queue { get; init; }

    /// <summary>Up to when; null for as long as it takes.</summary>
    public DateTimeOffset? Until { get; init; }

    public static string KeyOf(Effect effect) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(effect.IdempotencyKey)));

    public static RunWait Of(Run run, Effect effect) => new()
    {
        TenantId = run.TenantId,
        RunId = run.Id,
        EffectKey = KeyOf(effect),
        StepPath = effect.StepPath,
        Attempt = effect.Attempt,
        Queue = effect is QueueConsume consume ? Effects.QueueMessage.NameOf(consume.Scope, consume.Queue) : null,
        Until = effect switch { QueueConsume message => message.Until, CoreCall call => call.Until, _ => null },
    };

    /// <summary>Makes the rows say what the run waits for now, as part of the caller's save.</summary>
    public static async Task FollowAsync(Db db, Run run, IReadOnlyList<Effect> waiting, CancellationToken ct)
    {
        var rows = await db.Waits.Where(w => w.RunId == run.Id).ToListAsync(ct);
        var keys = waiting.Select(KeyOf).ToHashSet();
        db.Waits.RemoveRange(rows.Where(r => !keys.Contains(r.EffectKey)));
        db.Waits.AddRange(waiting.Where(e => rows.TrueForAll(r => r.EffectKey != KeyOf(e))).Select(e => Of(run, e)));
    }

    internal sealed class Mapping(Db db) : IEntityTypeConfiguration<RunWait>
    {
        public void Configure(EntityTypeBuilder<RunWait> wait)
        {
            wait.ToTable("run_waits");
            wait.HasKey(w => new { w.TenantId, w.EffectKey });
            wait.HasIndex(w => new { w.TenantId, w.RunId });
            wait.HasIndex(w => new { w.TenantId, w.Queue });
            wait.HasIndex(w => w.Until);
            wait.Property(w => w.EffectKey).HasMaxLength(64);
            wait.Property(w => w.Queue).HasMaxLength(Effects.QueueMessage.NameLength);
            wait.FilterUnlessPlatform(db, w => w.TenantId == db.TenantId);
        }
    }
}
