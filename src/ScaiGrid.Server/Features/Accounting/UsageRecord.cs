using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using ScaiGrid.Server.Data;

namespace ScaiGrid.Server.Features.Accounting;

internal enum UsageOutcome { Completed, Failed, Cancelled }

/// <summary>What one model call used and cost. A call of a published Core has one, and each model call inside its run has its own.</summary>
internal sealed class UsageRecord
{
    /// <summary>Unique whatever happens: writing the same record twice is one record.</summary>
    public required string Id { get; init; }

    /// <summary>The caller's tenant, or <c>platform</c> for a super admin without one.</summary>
    public required string TenantId { get; init; }

    public string? PartnerId { get; init; }

    public required string UserId { get; init; }

    public string? ApiKeyId { get; init; }

    public required string RequestId { get; init; }

    /// <summary>The model's slug.</summary>
    public required string Model { get; init; }

    /// <summary>The backend that answered, or was tried last; null when none was reached.</summary>
    public string? BackendId { get; init; }

    public string? CoreId { get; init; }

    public string? RunId { get; init; }

    public long PromptTokens { get; init; }

    public long CompletionTokens { get; init; }

    /// <summary>Exact, from the model's prices at the time of the call.</summary>
    public decimal Cost { get; init; }

    public int LatencyMs { get; init; }

    /// <summary>Milliseconds to the first content of a stream; null when the answer came whole.</summary>
    public int? FirstTokenMs { get; init; }

    public UsageOutcome Outcome { get; init; }

    public string? ErrorCode { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    internal sealed class Mapping(Db db) : IEntityTypeConfiguration<UsageRecord>
    {
        public void Configure(EntityTypeBuilder<UsageRecord> usage)
        {
            usage.ToTable("usage_records");
            usage.HasKey(u => new { u.TenantId, u.Id }); // ids sort by time: a span of time is a span of ids, without an index more
            foreach (var id in (ReadOnlySpan<string>)["Id", "TenantId", "PartnerId", "UserId", "ApiKeyId", "RequestId", "BackendId", "CoreId", "RunId", "ErrorCode"])
            {
                usage.Property(id).HasMaxLength(64);
            }

            usage.Property(u => u.Model).HasMaxLength(200);
            usage.HasQueryFilter(u => db.SeesAllTenants || u.TenantId == db.TenantId.GetValueOrDefault().Value);
        }
    }
}
