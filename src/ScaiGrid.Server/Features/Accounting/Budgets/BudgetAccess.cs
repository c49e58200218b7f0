using Microsoft.EntityFrameworkCore;
using ScaiGrid.Server.Access;
using ScaiGrid.Server.Data;
using ScaiGrid.Server.Features.Models;
using ScaiGrid.Server.Features.Tenancy;
using ScaiGrid.Server.Kernel;

namespace ScaiGrid.Server.Features.Accounting.Budgets;

/// <summary>Whose budgets a caller with <c>accounting:manage_budgets</c> sees and changes: super admins all, partner admins those of their partner and its tenants, everybody else those of their tenant.</summary>
internal static class BudgetAccess
{
    public static IQueryable<Budget> Reach(this IQueryable<Budget> budgets, Principal caller)
    {
        if (caller is { IsSuperAdmin: true, TenantId: null })
        {
            return budgets;
        }

        var (tenant, partner) = (caller.TenantId, caller.PartnerId);
        return caller.IsSuperAdmin || caller.Roles.Contains(Roles.PartnerAdmin)
            ? budgets.Where(b => b.TenantId == tenant || (b.TenantId == null && b.PartnerId == partner))
            : budgets.Where(b => b.TenantId == tenant);
    }

    public static async Task<Result<Budget>> BudgetToChangeAsync(this Db db, Principal caller, Id<Budget> id, CancellationToken ct) =>
        await db.Budgets.Reach(caller).SingleOrDefaultAsync(b => b.Id == id, ct) is { } budget ? budget : BudgetErrors.NotFound.With($"There is no budget '{id}'.");

    /// <summary>The tenant and partner that a scope belongs to, when it is there and within the caller's reach.</summary>
    /// <param name="scopeId">Null = the caller's own.</param>
    public static async Task<Result<(string Id, Id<Tenant>? Tenant, Id<Partner>? Partner)>> ScopeAsync(Db db, Principal caller, BudgetScope scope, string? scopeId, CancellationToken ct)
    {
        if (scope == BudgetScope.Partner)
        {
            var named = scopeId ?? caller.PartnerId?.Value;
            var partner = named is null ? (Id<Partner>?)null : new Id<Partner>(named);
            if (!caller.IsSuperAdmin && !caller.Roles.Contains(Roles.PartnerAdmin))
            {
                return AccessErrors.PermissionDenied.With("Only admins of a partner set a partner's budget.");
            }

            return partner is not null && (caller.IsSuperAdmin || ModelGroupScopes.IsPartnerAdminOf(caller, partner)) && await db.Partners.AnyAsync(p => p.Id == partner, ct)
                ? (partner.Value.Value, null, partner)
                : KernelErrors.Validation.At("scope_id", "must name a partner within your reach");
        }

        var (id, owner) = await OwnerAsync(db, caller, scope, scopeId, ct);
        var tenant = owner is null ? null : await db.Tenants.AsNoTracking().SingleOrDefaultAsync(t => t.Id == owner, ct);
        return tenant is not null && ModelGroupScopes.AllowsOwner(caller, tenant.Id, tenant.PartnerId)
            ? (id!, tenant.Id, tenant.PartnerId)
            : KernelErrors.Validation.At("scope_id", $"must name a {scope.ToString().ToLowerInvariant()} within your reach");
    }

    private static async Task<(string? Id, Id<Tenant>? Owner)> OwnerAsync(Db db, Principal caller, BudgetScope scope, string? scopeId, CancellationToken ct)
    {
        if (scope == BudgetScope.Tenant)
        {
            var tenant = scopeId is null ? caller.TenantId : new Id<Tenant>(scopeId);
            return (tenant?.Value, tenant);
        }

        if (scopeId is null)
        {
            return default;
        }

        var (user, group) = (new Id<User>(scopeId), new Id<UserGroup>(scopeId));
        return (scopeId, scope == BudgetScope.User
            ? await db.Users.Where(u => u.Id == user).Select(u => u.TenantId).SingleOrDefaultAsync(ct)
            : await db.UserGroups.Where(g => g.Id == group).Select(g => (Id<Tenant>?)g.TenantId).SingleOrDefaultAsync(ct));
    }
}
