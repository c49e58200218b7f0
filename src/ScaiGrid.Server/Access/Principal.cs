using System.Collections.Frozen;
using System.Reflection;
using ScaiGrid.Server.Access.RateLimiting;
using ScaiGrid.Server.Features.ApiKeys;
using ScaiGrid.Server.Features.Tenancy;
using ScaiGrid.Server.Kernel;

namespace ScaiGrid.Server.Access;

internal enum SignInMethod { ApiKey, Oidc, DevToken }

/// <summary>The authenticated caller. Immutable; made once for a token and shared by its requests.</summary>
internal sealed record Principal
{
    public required Id<User> UserId { get; init; }

    public required string Email { get; init; }

    public required string Name { get; init; }

    public required SignInMethod SignIn { get; init; }

    /// <summary>The tenant that the caller acts in; null = a super admin who named none.</summary>
    public Id<Tenant>? TenantId { get; init; }

    public Slug? TenantSlug { get; init; }

    public Id<Partner>? PartnerId { get; init; }

    public Id<ApiKey>? ApiKeyId { get; init; }

    /// <summary>The program that signed in with its own credentials; it acts under its own id, as no user. Null for people.</summary>
    public Id<ServiceClient>? ServiceClientId { get; init; }

    public FrozenSet<string> Roles { get; init; } = [];

    public FrozenSet<string> Permissions { get; init; } = [];

    /// <summary>Ids of the user groups that the caller is in.</summary>
    public FrozenSet<string> Groups { get; init; } = [];

    /// <summary>What the key was narrowed to, whether or not its user may all of it; null = not narrowed.</summary>
    public FrozenSet<string>? NarrowedTo { get; init; }

    /// <summary>The only model groups that a group-restricted key sees; null = not restricted by its key.</summary>
    public FrozenSet<string>? ModelGroups { get; init; }

    /// <summary>When the key or token stops being good; null = never.</summary>
    public DateTimeOffset? ExpiresAt { get; init; }

    /// <summary>How many requests the caller may make, where that is limited.</summary>
    public Quota[] Quotas { get; init; } = [];

    public bool IsSuperAdmin => Roles.Contains(Access.Roles.SuperAdmin);

    public bool May(string permission) => Permissions.Contains(permission);

    /// <param name="tenant">The user's; null for a super admin of the platform.</param>
    /// <param name="partner">The tenant's.</param>
    public static Principal Of(User user, Tenant? tenant, Partner? partner, SignInMethod signIn, RateLimitOptions limits, ApiKey? key = null)
    {
        var permissions = Access.Roles.PermissionsOf(user.Roles, user.Grants);
        var narrowedTo = key is { Permissions.Count: > 0 } ? key.Permissions.ToFrozenSet() : null;
        return new()
        {
            UserId = user.Id,
            Email = user.Email,
            Name = user.Name,
            SignIn = signIn,
            TenantId = tenant?.Id,
            TenantSlug = tenant?.Slug,
            PartnerId = tenant?.PartnerId,
            ApiKeyId = key?.Id,
            Roles = user.Roles.ToFrozenSet(),
            Permissions = narrowedTo is null ? permissions : permissions.Intersect(narrowedTo).ToFrozenSet(),
            NarrowedTo = narrowedTo,
            Groups = user.Groups.ToFrozenSet(),
            ModelGroups = key is { ModelGroups.Count: > 0 } ? key.ModelGroups.ToFrozenSet() : null,
            ExpiresAt = key?.ExpiresAt,
            Quotas = Quota.Of(key, user, tenant, partner, limits),
        };
    }

    /// <summary>
    /// Whether an account of that standing may sign in at all. Whoever belongs to no tenant acts on the whole platform, so only a super
    /// admin may.
    /// </summary>
    public static bool MaySignIn(User user, Tenant? tenant) =>
        user.Status == UserStatus.Active && (tenant is null ? user.TenantId is null && user.Roles.Contains(Access.Roles.SuperAdmin) : tenant.Status == TenantStatus.Active);

    /// <summary>Lets a handler take the caller as an argument.</summary>
    public static ValueTask<Principal?> BindAsync(HttpContext context, ParameterInfo _) => ValueTask.FromResult(context.Features.Get<Principal>());
}
