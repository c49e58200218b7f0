using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace ScaiGrid.Server.Features.SignIn;

/// <summary>Wrong passwords, secrets or codes for one account, client or address, whether or not it exists.</summary>
internal sealed class FailedSignIns
{
    /// <summary>Names what is counted, as a hash: what people type into the wrong field is not kept.</summary>
    public required string Id { get; init; }

    public int Count { get; private set; }

    public DateTimeOffset? LockedUntil { get; private set; }

    /// <summary>When the row says nothing any more.</summary>
    public DateTimeOffset ForgottenAt { get; private set; }

    public int Version { get; private set; }

    public bool IsLocked(DateTimeOffset now) => now < LockedUntil;

    /// <returns>True when this one locked it.</returns>
    public bool Add(int most, TimeSpan length, DateTimeOffset now)
    {
        if (now >= ForgottenAt)
        {
            (Count, LockedUntil) = (0, null);
        }

        Count++;
        ForgottenAt = now + length;
        if (Count < most || IsLocked(now))
        {
            return false;
        }

        LockedUntil = ForgottenAt;
        return true;
    }

    internal sealed class Mapping : IEntityTypeConfiguration<FailedSignIns>
    {
        public void Configure(EntityTypeBuilder<FailedSignIns> failed)
        {
            failed.ToTable("failed_sign_ins");
            failed.HasKey(f => f.Id);
            failed.HasIndex(f => f.ForgottenAt);
            failed.Property(f => f.Id).HasMaxLength(64);
            failed.Property(f => f.Version).IsConcurrencyToken();
        }
    }
}
