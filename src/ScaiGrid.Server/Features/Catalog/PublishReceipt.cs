using System.Security.Cryptography;
using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using ScaiGrid.Server.Access;
using ScaiGrid.Server.Data;
using ScaiGrid.Server.Features.Tenancy;
using ScaiGrid.Server.Kernel;

namespace ScaiGrid.Server.Features.Catalog;

/// <summary>What a publish under an <c>Idempotency-Key</c> was answered, so that asking again gives the same answer and publishes nothing.</summary>
internal sealed class PublishReceipt
{
    public static readonly TimeSpan Lifetime = TimeSpan.FromHours(24);

    public required Id<Tenant> TenantId { get; init; }

    public required Id<User> UserId { get; init; }

    public required string Key { get; init; }

    /// <summary>SHA-256 of what was asked for.</summary>
    public required string RequestDigest { get; init; }

    /// <summary>A <see cref="PackageSummary"/> as JSON.</summary>
    public required string Answer { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    internal sealed class Mapping(Db db) : IEntityTypeConfiguration<PublishReceipt>
    {
        public void Configure(EntityTypeBuilder<PublishReceipt> receipt)
        {
            receipt.ToTable("catalog_publish_receipts");
            receipt.HasKey(r => new { r.TenantId, r.UserId, r.Key });
            receipt.HasIndex(r => r.CreatedAt);
            receipt.Property(r => r.Key).HasMaxLength(IdempotencyKey.MaxLength);
            receipt.Property(r => r.RequestDigest).HasMaxLength(64);
            receipt.FilterUnlessPlatform(db, r => r.TenantId == db.TenantId);
        }
    }
}

internal static class Receipts
{
    /// <summary>Ties the key to the request that it came with.</summary>
    public static ReceiptFor? For(this IdempotencyKey key, Principal caller, Id<Tenant> tenant, object request) => key.Value is null ? null
        : new(tenant, caller.UserId, key.Value, Convert.ToHexStringLower(SHA256.HashData(JsonSerializer.SerializeToUtf8Bytes(request, request.GetType(), Json.Options))));
}

/// <summary>A receipt that may be there or is to be made.</summary>
internal sealed record ReceiptFor(Id<Tenant> Tenant, Id<User> User, string Key, string RequestDigest)
{
    /// <returns>The first answer; a refusal when the key came with another request; null when it is new or has expired.</returns>
    public async Task<Result<PackageSummary>?> FindAsync(Db db, DateTimeOffset now, CancellationToken ct)
    {
        if (await db.PublishReceipts.AsNoTracking().SingleOrDefaultAsync(r => r.TenantId == Tenant && r.UserId == User && r.Key == Key, ct) is not { } receipt)
        {
            return null;
        }

        return receipt.CreatedAt + PublishReceipt.Lifetime <= now ? null
            : receipt.RequestDigest == RequestDigest
                ? JsonSerializer.Deserialize<PackageSummary>(receipt.Answer, Json.Options)!
                : KernelErrors.KeyReused.With("This Idempotency-Key came with another request within the last 24 hours.");
    }

    /// <summary>Whoever adds a receipt clears away those of the tenant that have expired, so there never are more than a day's.</summary>
    public static Task ForgetExpiredAsync(Db db, DateTimeOffset now, CancellationToken ct)
    {
        var expired = now - PublishReceipt.Lifetime;
        return db.PublishReceipts.Where(r => r.CreatedAt <= expired).ExecuteDeleteAsync(ct);
    }

    public PublishReceipt Make(PackageSummary answer, DateTimeOffset now) => new()
    {
        TenantId = Tenant,
        UserId = User,
        Key = Key,
        RequestDigest = RequestDigest,
        Answer = JsonSerializer.Serialize(answer, Json.Options),
        CreatedAt = now,
    };
}
