using System.Collections.Frozen;
using System.Reflection;
using ScaiGrid.Server.Features.ApiKeys;
using ScaiGrid.Server.Features.Tenancy;
using ScaiGrid.Server.Kernel;

namespace ScaiGrid.Server.Access;

internal enum SignIn { ApiKey, Oidc, DevToken }

/// <summary>The authenticated caller. Immutable; made once for a token and shared by its requests.</summary>
internal sealed record Principal
{
    public required Id<User> UserId { get; init; }

    public required string Email { get; init; }

    public required string Name { get; init; }

    public required SignIn SignIn { get; init; }

    /// <summary>The tenant that the caller acts in; null = a super admin who named none.</summary>
    public Id<Tenant>? TenantId { get; init; }

    public Slug? TenantSlug { get; init; }

    public Id<Partner>? PartnerId { get; init; }

    public Id<ApiKey>? ApiKeyId { get; init; }

    public FrozenSet<string> Roles { get; init; } = [];

    public FrozenSet<string> Permissions { get; init; } = [];

    /// <summary>Ids of the user groups that the caller is in.</summary>
    public FrozenSet<string> Groups { get; init; } = [];

    /// <summary>The only model groups that a group-restricted key sees; null = not restricted by its key.</summary>
    public FrozenSet<string>? ModelGroups { get; init; }

    /// <summary>When the key or token stops being good; null = never.</summary>
    public DateTimeOffset? ExpiresAt { get; init; }

    public bool IsSuperAdmin => Roles.Contains(Access.Roles.SuperAdmin);

    public bool May(string permission) => Permissions.Contains(permission);

    /// <summary>Lets a handler take the caller as an argument.</summary>
    public static ValueTask<Principal?> BindAsync(HttpContext context, ParameterInfo _) => ValueTask.FromResult(context.Features.Get<Principal>());
}
