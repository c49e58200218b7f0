using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using ScaiGrid.Server.Features.Tenancy;
using ScaiGrid.Server.Kernel;

namespace ScaiGrid.Server.Features.SignIn;

/// <summary>A browser in which somebody is signed in. The cookie holds the token, the row its hash.</summary>
internal sealed class Session
{
    /// <summary>See <see cref="OpaqueToken.HashOf"/>.</summary>
    public required string Id { get; init; }

    public required Id<User> UserId { get; init; }

    public required string PasswordMark { get; init; }

    /// <summary>When the password was given.</summary>
    public required DateTimeOffset AuthTime { get; init; }

    public required DateTimeOffset ExpiresAt { get; init; }

    public bool IsGood(User user, DateTimeOffset now) => now < ExpiresAt && PasswordMark == Grant.MarkOf(user);

    internal sealed class Mapping : IEntityTypeConfiguration<Session>
    {
        public void Configure(EntityTypeBuilder<Session> session)
        {
            session.ToTable("sessions");
            session.HasKey(s => s.Id);
            session.HasIndex(s => s.UserId);
            session.HasIndex(s => s.ExpiresAt);
            session.Property(s => s.Id).HasMaxLength(64);
            session.Property(s => s.PasswordMark).HasMaxLength(16);
            session.HasOne<User>().WithMany().HasForeignKey(s => s.UserId).OnDelete(DeleteBehavior.Cascade);
        }
    }
}
