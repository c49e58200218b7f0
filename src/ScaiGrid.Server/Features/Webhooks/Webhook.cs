using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using ScaiGrid.Server.Data;
using ScaiGrid.Server.Features.Tenancy;
using ScaiGrid.Server.Kernel;

namespace ScaiGrid.Server.Features.Webhooks;

internal enum WebhookStatus { Active, Inactive }

/// <summary>An address of somebody outside who is told of a tenant's events.</summary>
internal sealed class Webhook : IIdentified<Webhook>
{
    /// <summary>Failures in a row after which an address is told nothing more.</summary>
    public const int MostFailures = 50;

    public static string IdPrefix => "wh";

    public required Id<Webhook> Id { get; init; }

    public required Id<Tenant> TenantId { get; init; }

    public required string Url { get; set; }

    /// <summary>Types of events, such as <c>budget.*</c>; see <see cref="EventTypes"/>.</summary>
    public List<string> Events { get; set; } = [];

    /// <summary>The secret that deliveries are signed with, encrypted.</summary>
    public required string SealedSecret { get; set; }

    public WebhookStatus Status { get; set; }

    /// <summary>How often a delivery that failed is tried again.</summary>
    public int MaxRetries { get; set; }

    public int FailuresInARow { get; private set; }

    /// <summary>When it was switched off for having failed too often; null when it was not.</summary>
    public DateTimeOffset? DisabledAt { get; private set; }

    public int Version { get; private set; } = 1;

    public required DateTimeOffset CreatedAt { get; init; }

    public DateTimeOffset UpdatedAt { get; set; }

    /// <summary>Takes note of how a delivery went.</summary>
    public void Heard(bool succeeded, DateTimeOffset now)
    {
        FailuresInARow = succeeded ? 0 : FailuresInARow + 1;
        if (FailuresInARow >= MostFailures && Status == WebhookStatus.Active)
        {
            (Status, DisabledAt, UpdatedAt) = (WebhookStatus.Inactive, now, now);
        }
    }

    public void Enable() => (Status, FailuresInARow, DisabledAt) = (WebhookStatus.Active, 0, null);

    internal sealed class Mapping(Db db) : IEntityTypeConfiguration<Webhook>
    {
        public void Configure(EntityTypeBuilder<Webhook> webhook)
        {
            webhook.ToTable("webhooks");
            webhook.HasKey(w => new { w.TenantId, w.Id });
            webhook.Property(w => w.Url).HasMaxLength(2000);
            webhook.Property(w => w.SealedSecret).HasMaxLength(4000);
            webhook.Property(w => w.Version).IsConcurrencyToken();
            webhook.HasOne<Tenant>().WithMany().HasForeignKey(w => w.TenantId).OnDelete(DeleteBehavior.Restrict);
            webhook.FilterUnlessPlatform(db, w => w.TenantId == db.TenantId);
        }
    }
}
