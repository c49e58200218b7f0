using ScaiGrid.Server.Features.Tenancy;

namespace ScaiGrid.Server.Features.Users;

/// <param name="TenantId">Null for a super admin of the platform.</param>
/// <param name="Permissions">Granted directly.</param>
/// <param name="Groups">Ids of user groups.</param>
/// <param name="RateLimit">Requests in 60 seconds; null = the server's default, 0 = unlimited.</param>
/// <param name="External">True when an external OpenID provider vouches for this person; it may change email, name, roles and groups at each sign-in.</param>
internal sealed record UserView(
    string Id, string? TenantId, string Email, string Name, UserStatus Status, IReadOnlyList<string> Roles, IReadOnlyList<string> CustomRoleIds, IReadOnlyList<string> Permissions,
    IReadOnlyList<string> Groups, int? RateLimit, bool HasPassword, bool External, DateTimeOffset CreatedAt)
{
    public static UserView Of(User u) => new(
        u.Id.Value, u.TenantId?.Value, u.Email, u.Name, u.Status, u.Roles, u.CustomRoles, u.Permissions, u.Groups, u.RateLimit, u.PasswordHash is not null, u.Issuer is not null, u.CreatedAt);
}
