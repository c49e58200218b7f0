using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using ScaiGrid.Server.Data;

namespace ScaiGrid.Server.Features.Audit;

/// <summary>
/// One line of a stream of changes. Each line's hash covers the line and the hash before it, so that nothing can be changed,
/// left out or put in afterwards without being seen.
/// </summary>
internal sealed class AuditEntry
{
    /// <summary>The stream of what belongs to no tenant.</summary>
    public const string Platform = "platform";

    /// <summary>A tenant's id, or <see cref="Platform"/>.</summary>
    public required string Stream { get; init; }

    /// <summary>1, 2, 3, … within the stream.</summary>
    public long Sequence { get; set; }

    public required string Id { get; init; }

    public required DateTimeOffset Timestamp { get; init; }

    /// <summary><c>resource.verb</c>, such as <c>core.publish</c>.</summary>
    public required string Action { get; init; }

    public required string ActorId { get; init; }

    public string? ActorEmail { get; init; }

    /// <summary><c>user</c>, <c>service</c> or <c>system</c>.</summary>
    public required string ActorType { get; init; }

    public required string ResourceType { get; init; }

    public string? ResourceId { get; init; }

    public string? IpAddress { get; init; }

    public string? UserAgent { get; init; }

    public string? RequestId { get; init; }

    /// <summary><c>SUCCESS</c> or <c>FAILURE</c>.</summary>
    public required string Status { get; init; }

    /// <summary>The error code of a failure.</summary>
    public string? ErrorCode { get; init; }

    /// <summary>SHA-256 of the resource as it was; null when it did not exist or did not change.</summary>
    public string? BeforeDigest { get; init; }

    /// <summary>SHA-256 of the resource as it is now; null when it is gone or did not change.</summary>
    public string? AfterDigest { get; init; }

    public string PrevHash { get; set; } = "";

    public string Hash { get; set; } = "";

    internal sealed class Mapping(Db db) : IEntityTypeConfiguration<AuditEntry>
    {
        public void Configure(EntityTypeBuilder<AuditEntry> entry)
        {
            entry.ToTable("audit_log");
            entry.HasKey(e => new { e.Stream, e.Sequence });
            entry.HasIndex(e => new { e.Stream, e.Timestamp });
            foreach (var text in (ReadOnlySpan<string>)["Stream", "Id", "Action", "ActorId", "ActorType", "ResourceType", "IpAddress", "RequestId", "Status", "ErrorCode", "BeforeDigest", "AfterDigest", "PrevHash", "Hash"])
            {
                entry.Property(text).HasMaxLength(64);
            }

            entry.Property(e => e.ResourceId).HasMaxLength(256);
            entry.Property(e => e.ActorEmail).HasMaxLength(320);
            entry.Property(e => e.UserAgent).HasMaxLength(256);
            entry.FilterUnlessPlatform(db, e => e.Stream == db.AuditStream);
        }
    }
}
