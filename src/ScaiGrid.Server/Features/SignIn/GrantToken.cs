using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using ScaiGrid.Server.Kernel;

namespace ScaiGrid.Server.Features.SignIn;

internal enum GrantTokenKind { Code, Refresh }

/// <summary>A code or refresh token of a grant. Each is good once; who comes with a used one has stolen it or was robbed of it.</summary>
internal sealed class GrantToken
{
    /// <summary>See <see cref="OpaqueToken.HashOf"/>.</summary>
    public required string Hash { get; init; }

    public required Id<Grant> GrantId { get; init; }

    public required GrantTokenKind Kind { get; init; }

    public required DateTimeOffset ExpiresAt { get; init; }

    public DateTimeOffset? UsedAt { get; private set; }

    /// <summary>Uses it up, or tells why not. One that was used before revokes the whole grant.</summary>
    /// <param name="grant">The token's own.</param>
    public Error? Use(Grant grant, GrantTokenKind kind, string clientId, DateTimeOffset now)
    {
        if (UsedAt is not null)
        {
            grant.Revoke(now);
            return SignInErrors.InvalidGrant.With("It was used before, so everything that came of it is revoked.");
        }

        if (Kind != kind || grant.ClientId != clientId || grant.RevokedAt is not null || now >= ExpiresAt || now >= grant.ExpiresAt)
        {
            return SignInErrors.InvalidGrant.With("It is unknown, expired, revoked or another client's.");
        }

        UsedAt = now;
        return null;
    }

    internal sealed class Mapping : IEntityTypeConfiguration<GrantToken>
    {
        public void Configure(EntityTypeBuilder<GrantToken> token)
        {
            token.ToTable("grant_tokens");
            token.HasKey(t => t.Hash);
            token.HasIndex(t => t.GrantId);
            token.Property(t => t.Hash).HasMaxLength(64);
            token.Property(t => t.UsedAt).IsConcurrencyToken(); // two who use it at once: one of them comes second
            token.HasOne<Grant>().WithMany().HasForeignKey(t => t.GrantId).OnDelete(DeleteBehavior.Cascade);
        }
    }
}
