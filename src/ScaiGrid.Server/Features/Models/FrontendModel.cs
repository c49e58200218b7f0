using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using ScaiGrid.Flows.Language;
using ScaiGrid.Server.Features.Tenancy;
using ScaiGrid.Server.Kernel;

namespace ScaiGrid.Server.Features.Models;

internal enum ModelStatus { Active, Deprecated }

internal enum Modality { Chat, Embedding, Image, Audio }

/// <summary>A model as callers know it.</summary>
internal sealed class FrontendModel : IIdentified<FrontendModel>
{
    public static string IdPrefix => "fm";

    public required Id<FrontendModel> Id { get; init; }

    public required ModelSlug Slug { get; init; }

    /// <summary>Null = platform-wide.</summary>
    public Id<Tenant>? TenantId { get; set; }

    public required string DisplayName { get; set; }

    public string Description { get; set; } = "";

    public Modality Modality { get; set; } = Modality.Chat;

    /// <summary>An object of what the model can do, such as <c>{"tool_use": true, "streaming": false}</c>.</summary>
    public Value Capabilities { get; set; } = Value.EmptyObject;

    /// <summary>Tokens; null = not told.</summary>
    public int? ContextWindow { get; set; }

    /// <summary>Tokens; a request for more is cut to this. Null = no bound of ours.</summary>
    public int? MaxOutputTokens { get; set; }

    /// <summary>Put before the conversation as a system message; null or empty = nothing.</summary>
    public string? SystemPromptTemplate { get; set; }

    /// <summary>Money for a million prompt tokens.</summary>
    public decimal InputPricePerMtok { get; set; }

    /// <summary>Money for a million completion tokens.</summary>
    public decimal OutputPricePerMtok { get; set; }

    /// <summary>Request members used where the caller sets none.</summary>
    public Value DefaultParams { get; set; } = Value.EmptyObject;

    public ModelStatus Status { get; set; } = ModelStatus.Active;

    public Value Metadata { get; set; } = Value.EmptyObject;

    public string? AvatarUrl { get; set; }

    public required DateTimeOffset CreatedAt { get; init; }

    public DateTimeOffset UpdatedAt { get; set; }

    public int Version { get; private set; }

    internal sealed class Mapping : IEntityTypeConfiguration<FrontendModel>
    {
        public void Configure(EntityTypeBuilder<FrontendModel> model)
        {
            model.ToTable("frontend_models");
            model.HasKey(m => m.Id);
            model.HasIndex(m => m.Slug).IsUnique();
            model.HasIndex(m => m.TenantId);
            model.Property(m => m.DisplayName).HasMaxLength(200);
            model.Property(m => m.Version).IsConcurrencyToken();
        }
    }
}
