using ScaiGrid.Server.Access;
using ScaiGrid.Server.Access.RateLimiting;
using ScaiGrid.Server.Features.Tenancy;
using ScaiGrid.Server.Kernel;

namespace ScaiGrid.Server.Features.Delegation;

/// <summary>The user whose identity a Core has: its runs act as that user instead of as the Core itself.</summary>
/// <param name="Scopes">The permissions that its runs have of the user's, as long as the user has them.</param>
/// <param name="ExpiresAt">Null = until it is revoked.</param>
/// <param name="DelegatedBy">Who decided that.</param>
internal sealed record CoreDelegation(Id<User> UserId, IReadOnlyList<string> Scopes, DateTimeOffset? ExpiresAt, Id<User> DelegatedBy, DateTimeOffset DelegatedAt)
{
    /// <summary>Who acts, or why nobody may: asked whenever a run is about to act.</summary>
    /// <param name="delegation">As the Core has it now; null when it was revoked.</param>
    /// <param name="acting">Whom the run began as.</param>
    /// <param name="user">As the user is now; null when there is none any more.</param>
    public static Result<Principal> Decide(CoreDelegation? delegation, Id<User> acting, User? user, Tenant? tenant, DateTimeOffset now)
    {
        if (delegation is null || delegation.UserId != acting)
        {
            return DelegationErrors.Revoked.With("The run acts as a user whose identity the Core does not have any more.");
        }

        if (delegation.ExpiresAt <= now)
        {
            return DelegationErrors.Expired.With($"The Core had the user's identity until {delegation.ExpiresAt:yyyy-MM-dd'T'HH:mm:ss'Z'}.");
        }

        if (user is null || tenant is null || user.TenantId != tenant.Id || !Principal.MaySignIn(user, tenant))
        {
            return DelegationErrors.UserRefused.With("The user as whom the Core acts may not sign in.");
        }

        var principal = Principal.Of(user, tenant, null, SignInMethod.Oidc, new RateLimitOptions());
        return principal with { Permissions = [.. principal.Permissions.Intersect(delegation.Scopes)], NarrowedTo = [.. delegation.Scopes], Quotas = [] };
    }
}
