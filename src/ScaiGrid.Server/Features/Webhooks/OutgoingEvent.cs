using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using ScaiGrid.Server.Features.Tenancy;
using ScaiGrid.Server.Kernel;

namespace ScaiGrid.Server.Features.Webhooks;

/// <summary>
/// Something that happened, saved in the transaction in which it did, until it is on its way to those who asked for it. Add one to the database and save:
/// there is nothing else to do.
/// </summary>
internal sealed class OutgoingEvent
{
    public required string TenantId { get; init; }

    /// <summary>Receivers recognise an event that they are told again by it.</summary>
    public required string Id { get; init; }

    public string? PartnerId { get; init; }

    public required string Type { get; init; }

    /// <summary>A JSON object, as text.</summary>
    public required string Payload { get; init; }

    public required DateTimeOffset At { get; init; }

    public static OutgoingEvent Of(IdSource ids, Id<Tenant> tenant, Id<Partner>? partner, string type, object payload, DateTimeOffset now) => new()
    {
        TenantId = tenant.Value,
        Id = ids.New("evt"),
        PartnerId = partner?.Value,
        Type = type,
        Payload = JsonSerializer.Serialize(payload, payload.GetType(), Json.Options),
        At = now,
    };

    /// <summary>What is sent.</summary>
    /// <param name="partner">The tenant's.</param>
    public string Body(Id<Partner>? partner)
    {
        using var payload = JsonDocument.Parse(Payload);
        return JsonSerializer.Serialize(new Wire(Type, Id, "scaigrid", TenantId, PartnerId ?? partner?.Value, payload.RootElement, At), Json.Options);
    }

    internal sealed record Wire(string EventType, string EventId, string Source, string TenantId, string? PartnerId, JsonElement Payload, DateTimeOffset Timestamp);

    internal sealed class Mapping : IEntityTypeConfiguration<OutgoingEvent>
    {
        public void Configure(EntityTypeBuilder<OutgoingEvent> happened)
        {
            happened.ToTable("outgoing_events");
            happened.HasKey(e => new { e.TenantId, e.Id });
            happened.HasIndex(e => e.At);
            happened.Property(e => e.TenantId).HasMaxLength(64);
            happened.Property(e => e.Id).HasMaxLength(64);
            happened.Property(e => e.PartnerId).HasMaxLength(64);
            happened.Property(e => e.Type).HasMaxLength(64);
        }
    }
}
