using Microsoft.EntityFrameworkCore;
using ScaiGrid.Server.Data;
using ScaiGrid.Server.Features.Cores;
using ScaiGrid.Server.Features.Tenancy;
using ScaiGrid.Server.Kernel;

namespace ScaiGrid.Server.Features.Delegation;

/// <summary>Whose identity a Core has, as callers see it.</summary>
/// <param name="EffectiveScopes">The scopes that the user has at the moment; none when the identity cannot be used.</param>
/// <param name="Problem">Why the identity cannot be used; null when it can.</param>
internal sealed record DelegationView(
    Id<Core> CoreId, Id<User> UserId, string? Email, string? Name, IReadOnlyList<string> Scopes, IReadOnlyList<string> EffectiveScopes,
    DateTimeOffset? ExpiresAt, Id<User> DelegatedBy, DateTimeOffset DelegatedAt, string? Problem)
{
    public static async Task<DelegationView> OfAsync(Db db, Core core, CoreDelegation delegation, DateTimeOffset now, CancellationToken ct)
    {
        var user = await db.Users.AsNoTracking().SingleOrDefaultAsync(u => u.Id == delegation.UserId && u.TenantId == core.TenantId, ct);
        var tenant = await db.Tenants.AsNoTracking().SingleOrDefaultAsync(t => t.Id == core.TenantId, ct);
        var usable = CoreDelegation.Decide(delegation, delegation.UserId, user, tenant, now).Succeeded(out var principal, out var refused);
        return new(
            core.Id, delegation.UserId, user?.Email, user?.Name, delegation.Scopes, usable ? [.. principal!.Permissions.Order(StringComparer.Ordinal)] : [],
            delegation.ExpiresAt, delegation.DelegatedBy, delegation.DelegatedAt, usable ? null : refused!.Message);
    }
}
