using System.Security.Cryptography;
using System.Text;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using ScaiGrid.Server.Features.Tenancy;
using ScaiGrid.Server.Kernel;

namespace ScaiGrid.Server.Features.SignIn;

/// <summary>
/// That a person let a client act as them: what its code, its refresh tokens and its access tokens all come of. Revoking it ends them all.
/// </summary>
internal sealed class Grant : IIdentified<Grant>
{
    public static string IdPrefix => "grant";

    public required Id<Grant> Id { get; init; }

    public required Id<User> UserId { get; init; }

    public required string ClientId { get; init; }

    /// <summary>Words separated by spaces, of those that this issuer knows.</summary>
    public required string Scope { get; init; }

    /// <summary>The browser session that it ends with; null when it outlives it, as <c>offline_access</c> and devices ask.</summary>
    public string? SessionId { get; init; }

    /// <summary>See <see cref="MarkOf"/>: what the password was when the person signed in.</summary>
    public required string PasswordMark { get; init; }

    /// <summary>When the person last gave the password.</summary>
    public required DateTimeOffset AuthTime { get; init; }

    /// <summary>Where the code was sent; null when there was none.</summary>
    public string? RedirectUri { get; init; }

    /// <summary>Base64url SHA-256 of what the client will prove itself with (RFC 7636); null when there was no code.</summary>
    public string? CodeChallenge { get; init; }

    /// <summary>The client's own, to be found again in the id token.</summary>
    public string? Nonce { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    public required DateTimeOffset ExpiresAt { get; init; }

    public DateTimeOffset? RevokedAt { get; private set; }

    /// <summary>Changes whenever the password does, and says nothing about it: a new password ends what an old one opened.</summary>
    public static string MarkOf(User user) =>
        Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(user.PasswordHash ?? "")))[..16];

    public bool HasScope(string word) => Scope.Split(' ').Contains(word);

    /// <summary>Whether it still stands, as far as the person's password and the time go.</summary>
    public bool IsGood(User user, DateTimeOffset now) => RevokedAt is null && now < ExpiresAt && PasswordMark == MarkOf(user);

    public void Revoke(DateTimeOffset now) => RevokedAt ??= now;

    internal sealed class Mapping : IEntityTypeConfiguration<Grant>
    {
        public void Configure(EntityTypeBuilder<Grant> grant)
        {
            grant.ToTable("grants");
            grant.HasKey(g => g.Id);
            grant.HasIndex(g => g.UserId);
            grant.HasIndex(g => g.SessionId);
            grant.HasIndex(g => g.ExpiresAt);
            grant.Property(g => g.ClientId).HasMaxLength(64);
            grant.Property(g => g.Scope).HasMaxLength(200);
            grant.Property(g => g.SessionId).HasMaxLength(64);
            grant.Property(g => g.PasswordMark).HasMaxLength(16);
            grant.Property(g => g.RedirectUri).HasMaxLength(RedirectUris.MaxLength);
            grant.Property(g => g.CodeChallenge).HasMaxLength(43);
            grant.Property(g => g.Nonce).HasMaxLength(AuthorizationRequest.MaxText);
            grant.HasOne<User>().WithMany().HasForeignKey(g => g.UserId).OnDelete(DeleteBehavior.Cascade);
        }
    }
}
