using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using ScaiGrid.Server.Data;

namespace ScaiGrid.Server.Features.Accounting;

internal enum UsageOutcome { Completed, Failed, Cancelled }

/// <summary>What one model call used and cost. A call of a published Core has one, and each model call inside its run has its own.</summary>
internal sealed class UsageRecord
{
    public const string IdPrefix = "use";

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

    /// <summary>Writes what the serializer would, for which it would take several times as long: there is one of these for every call.</summary>
    public void WriteTo(Utf8JsonWriter json)
    {
        json.WriteStartObject();
        json.WriteString("id"u8, Id);
        json.WriteString("tenant_id"u8, TenantId);
        json.WriteString("partner_id"u8, PartnerId);
        json.WriteString("user_id"u8, UserId);
        json.WriteString("api_key_id"u8, ApiKeyId);
        json.WriteString("request_id"u8, RequestId);
        json.WriteString("model"u8, Model);
        json.WriteString("backend_id"u8, BackendId);
        json.WriteString("core_id"u8, CoreId);
        json.WriteString("run_id"u8, RunId);
        json.WriteNumber("prompt_tokens"u8, PromptTokens);
        json.WriteNumber("completion_tokens"u8, CompletionTokens);
        json.WriteNumber("cost"u8, Cost);
        json.WriteNumber("latency_ms"u8, LatencyMs);
        if (FirstTokenMs is { } first)
        {
            json.WriteNumber("first_token_ms"u8, first);
        }

        json.WriteString("outcome"u8, Outcome switch { UsageOutcome.Completed => "completed"u8, UsageOutcome.Failed => "failed"u8, _ => "cancelled"u8 });
        json.WriteString("error_code"u8, ErrorCode);
        json.WriteString("created_at"u8, CreatedAt.UtcDateTime);
        json.WriteEndObject();
    }

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
            usage.FilterUnlessPlatform(db, u => u.TenantId == db.TenantId.GetValueOrDefault().Value);
        }
    }
}
