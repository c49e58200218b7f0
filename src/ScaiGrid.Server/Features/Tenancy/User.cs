using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using ScaiGrid.Server.Kernel;

namespace ScaiGrid.Server.Features.Tenancy;

internal enum UserStatus
{
    Active,

    /// <summary>May do nothing for now.</summary>
    Suspended,

    /// <summary>May do nothing ever again; kept for what the person made and did.</summary>
    Deleted,
}

/// <summary>A person, or a service that acts as one.</summary>
internal sealed class User : IIdentified<User>
{
    public static string IdPrefix => "usr";

    public required Id<User> Id { get; init; }

    /// <summary>Null for a super admin, who belongs to the platform.</summary>
    public Id<Tenant>? TenantId { get; set; }

    /// <summary>Empty when the sign-in told none.</summary>
    public required string Email
    {
        get;
        set => (field, EmailKey) = (value, value.ToLowerInvariant());
    }

    /// <summary>The email in lower case: what somebody who signs in is looked up by.</summary>
    public string EmailKey { get; private set; } = "";

    public required string Name { get; set; }

    public UserStatus Status { get; set; } = UserStatus.Active;

    /// <summary>ASP.NET Identity's versioned hash (PBKDF2); null when this person cannot sign in with a password.</summary>
    public string? PasswordHash { get; set; }

    /// <summary>The external issuer that vouches for this person; null for people of the bootstrap file.</summary>
    public string? Issuer { get; init; }

    /// <summary>The person's <c>sub</c> at <see cref="Issuer"/>.</summary>
    public string? Subject { get; init; }

    /// <summary>Names of built-in roles.</summary>
    public List<string> Roles { get; set; } = [];

    /// <summary>Permissions granted to this person directly.</summary>
    public List<string> Permissions { get; set; } = [];

    /// <summary>Ids of custom roles of the tenant.</summary>
    public List<string> CustomRoles { get; set; } = [];

    /// <summary>What the custom roles together allow, as they are now.</summary>
    public List<string> RolePermissions { get; set; } = [];

    /// <summary>All permissions that do not come of built-in roles.</summary>
    public IEnumerable<string> Grants => Permissions.Concat(RolePermissions);

    /// <summary>Ids of user groups.</summary>
    public List<string> Groups { get; set; } = [];

    /// <summary>Requests a minute; null = the server's default, 0 = unlimited.</summary>
    public int? RateLimit { get; set; }

    public required DateTimeOffset CreatedAt { get; init; }

    internal sealed class Mapping : IEntityTypeConfiguration<User>
    {
        public void Configure(EntityTypeBuilder<User> user)
        {
            user.ToTable("users");
            user.HasKey(u => u.Id);
            user.Ignore(u => u.Grants);
            user.HasIndex(u => u.TenantId);
            user.HasIndex(u => u.EmailKey);
            user.Property(u => u.EmailKey).HasMaxLength(320);
            user.HasIndex(u => new { u.Issuer, u.Subject }).IsUnique();
            user.Property(u => u.Email).HasMaxLength(320);
            user.Property(u => u.Name).HasMaxLength(200);
            user.Property(u => u.Issuer).HasMaxLength(400);
            user.Property(u => u.Subject).HasMaxLength(255);
            user.HasOne<Tenant>().WithMany().HasForeignKey(u => u.TenantId).OnDelete(DeleteBehavior.Restrict);
        }
    }
}
