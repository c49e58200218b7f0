using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using ScaiGrid.Server.Data;
using ScaiGrid.Server.Features.Tenancy;
using ScaiGrid.Server.Kernel;

namespace ScaiGrid.Server.Features.Webhooks;

internal enum DeliveryStatus { Pending, Success, Failed }

/// <summary>One event on its way to one webhook.</summary>
internal sealed class WebhookDelivery
{
    /// <summary>What is waited before each further try.</summary>
    public static readonly IReadOnlyList<TimeSpan> Waits = [TimeSpan.FromSeconds(30), TimeSpan.FromMinutes(2), TimeSpan.FromMinutes(10), TimeSpan.FromMinutes(30), TimeSpan.FromHours(2)];

    /// <summary>Longer than a try takes: whoever has begun one by then has ended it, or is dead.</summary>
    public static readonly TimeSpan Lease = TimeSpan.FromSeconds(60);

    public required Id<Tenant> TenantId { get; init; }

    public required string Id { get; init; }

    public required Id<Webhook> WebhookId { get; init; }

    public required string EventId { get; init; }

    public required string EventType { get; init; }

    public required string Body { get; init; }

    public DeliveryStatus Status { get; private set; }

    public int Attempts { get; private set; }

    /// <summary>When it is tried next; while a try is under way, when somebody else may.</summary>
    public required DateTimeOffset NextAt { get; set; }

    /// <summary>The receiver's last answer; null when there was none.</summary>
    public int? StatusCode { get; private set; }

    public string? Error { get; private set; }

    public int? DurationMs { get; private set; }

    public required DateTimeOffset CreatedAt { get; init; }

    public DateTimeOffset? CompletedAt { get; private set; }

    /// <summary>Takes note of a try.</summary>
    /// <param name="maxRetries">How often it is tried again in all.</param>
    public void Tried(Sent sent, int maxRetries, DateTimeOffset now)
    {
        Attempts++;
        (StatusCode, Error, DurationMs) = (sent.StatusCode, sent.Error is { Length: > 500 } long_ ? long_[..500] : sent.Error, sent.DurationMs);
        if (sent.Succeeded || Attempts > maxRetries)
        {
            (Status, CompletedAt) = (sent.Succeeded ? DeliveryStatus.Success : DeliveryStatus.Failed, now);
        }
        else
        {
            NextAt = now + Waits[Math.Min(Attempts, Waits.Count) - 1];
        }
    }

    internal sealed class Mapping(Db db) : IEntityTypeConfiguration<WebhookDelivery>
    {
        public void Configure(EntityTypeBuilder<WebhookDelivery> delivery)
        {
            delivery.ToTable("webhook_deliveries");
            delivery.HasKey(d => new { d.TenantId, d.Id });
            delivery.HasIndex(d => new { d.Status, d.NextAt });
            delivery.HasOne<Webhook>().WithMany().HasForeignKey(d => new { d.TenantId, d.WebhookId }).OnDelete(DeleteBehavior.Cascade);
            foreach (var text in (ReadOnlySpan<string>)["Id", "EventId", "EventType"])
            {
                delivery.Property(text).HasMaxLength(128);
            }

            delivery.Property(d => d.Error).HasMaxLength(500);
            delivery.FilterUnlessPlatform(db, d => d.TenantId == db.TenantId);
        }
    }
}

/// <summary>How a try went.</summary>
/// <param name="StatusCode">Null when there was no answer.</param>
/// <param name="Error">Null when it went well.</param>
internal readonly record struct Sent(int? StatusCode, int DurationMs, string? Error)
{
    public bool Succeeded => Error is null;
}
