using System.Security.Cryptography;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using ScaiGrid.Server.Kernel;

namespace ScaiGrid.Server.Features.SignIn;

internal enum DeviceAnswer { Pending, Allowed, Denied }

/// <summary>A device that waits for a person to type its code in elsewhere (RFC 8628).</summary>
internal sealed class DeviceLogin
{
    public static readonly TimeSpan Lifetime = TimeSpan.FromMinutes(10);

    /// <summary>Seconds between two of the device's questions, at first.</summary>
    public const int FirstInterval = 5;

    private const int UserCodeLength = 8;

    /// <summary>No vowels, so that no words come up, and nothing that looks like something else.</summary>
    private const string UserCodeLetters = "BCDFGHJKLMNPQRSTVWXZ";

    /// <summary>See <see cref="OpaqueToken.HashOf"/>.</summary>
    public required string DeviceCodeHash { get; init; }

    public required string UserCodeHash { get; init; }

    public required string ClientId { get; init; }

    public required string Scope { get; init; }

    public required DateTimeOffset ExpiresAt { get; init; }

    public DeviceAnswer Answer { get; private set; }

    /// <summary>What the person granted; null until then.</summary>
    public Id<Grant>? GrantId { get; private set; }

    /// <summary>Seconds that the device has to wait between two questions.</summary>
    public int Interval { get; private set; } = FirstInterval;

    public DateTimeOffset? AskedAt { get; private set; }

    public int Version { get; private set; }

    /// <summary>Eight letters as two groups, such as <c>BCDF-GHJK</c>.</summary>
    public static string MakeUserCode()
    {
        var letters = RandomNumberGenerator.GetString(UserCodeLetters, UserCodeLength);
        return $"{letters[..4]}-{letters[4..]}";
    }

    /// <summary>The hash of a code as somebody typed it: in any case, with or without the dash and blanks.</summary>
    public static string HashOfUserCode(string typed) =>
        OpaqueToken.HashOf(string.Concat(typed.Where(char.IsAsciiLetterOrDigit).Take(2 * UserCodeLength)).ToUpperInvariant());

    public void Allow(Id<Grant> grant) => (Answer, GrantId) = (DeviceAnswer.Allowed, grant);

    public void Deny() => Answer = DeviceAnswer.Denied;

    /// <summary>The device asks. Null when its grant is ready, which is told once: the row goes with it.</summary>
    public Error? Ask(string clientId, DateTimeOffset now)
    {
        if (clientId != ClientId)
        {
            return SignInErrors.InvalidGrant.With("The device code is another client's.");
        }

        if (now >= ExpiresAt)
        {
            return SignInErrors.ExpiredToken.With("The code has expired; ask for a new one.");
        }

        var tooSoon = AskedAt is { } last && now < last + TimeSpan.FromSeconds(Interval);
        AskedAt = now;
        if (tooSoon)
        {
            Interval = Math.Min(Interval + FirstInterval, 60);
            return SignInErrors.SlowDown.With($"Wait {Interval} seconds between two questions.");
        }

        return Answer switch
        {
            DeviceAnswer.Allowed => null,
            DeviceAnswer.Denied => SignInErrors.AccessDenied.With("The person refused."),
            _ => SignInErrors.AuthorizationPending.With("The person has not answered yet."),
        };
    }

    internal sealed class Mapping : IEntityTypeConfiguration<DeviceLogin>
    {
        public void Configure(EntityTypeBuilder<DeviceLogin> login)
        {
            login.ToTable("device_logins");
            login.HasKey(d => d.DeviceCodeHash);
            login.HasIndex(d => d.UserCodeHash).IsUnique();
            login.HasIndex(d => d.ExpiresAt);
            login.Property(d => d.DeviceCodeHash).HasMaxLength(64);
            login.Property(d => d.UserCodeHash).HasMaxLength(64);
            login.Property(d => d.ClientId).HasMaxLength(64);
            login.Property(d => d.Scope).HasMaxLength(200);
            login.Property(d => d.Version).IsConcurrencyToken();
        }
    }
}
