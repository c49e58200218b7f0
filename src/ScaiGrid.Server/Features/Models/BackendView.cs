using Microsoft.EntityFrameworkCore;
using ScaiGrid.Flows.Language;
using ScaiGrid.Server.Access;
using ScaiGrid.Server.Data;
using ScaiGrid.Server.Features.Tenancy;
using ScaiGrid.Server.Kernel;

namespace ScaiGrid.Server.Features.Models;

/// <summary>A backend as the API shows it.</summary>
/// <param name="TenantId">Null = the platform's.</param>
/// <param name="ConnectionConfig">Its secrets masked.</param>
/// <param name="Timeout">Seconds for one attempt; null = the server's default.</param>
internal sealed record BackendView(
    Id<BackendModel> Id, Id<Tenant>? TenantId, string ProviderType, string Name, Value ConnectionConfig, int? Timeout, DateTimeOffset CreatedAt, DateTimeOffset UpdatedAt)
{
    public static BackendView Of(BackendModel b, ConnectionSecrets secrets) =>
        new(b.Id, b.TenantId, b.ProviderType, b.Name, secrets.Mask(b.ProviderType, b.ConnectionConfig), b.Timeout, b.CreatedAt, b.UpdatedAt);
}

internal static class BackendQueries
{
    /// <summary>Those that the caller may see and change, which are the same: nobody else is told that they exist.</summary>
    public static IQueryable<BackendModel> BackendsOf(this Db db, Principal caller)
    {
        var (tenant, partner) = (caller.TenantId, caller.PartnerId);
        return caller switch
        {
            { IsSuperAdmin: true } => tenant is null ? db.Backends : db.Backends.Where(b => b.TenantId == null || b.TenantId == tenant),
            _ when tenant is null => db.Backends.Where(b => false),
            _ when ModelGroupScopes.IsPartnerAdminOf(caller, partner) => db.Backends.Where(b => db.Tenants.Any(t => t.Id == b.TenantId && t.PartnerId == partner)),
            _ => db.Backends.Where(b => b.TenantId == tenant),
        };
    }

    public static Task<BackendModel?> BackendOfAsync(this Db db, Principal caller, Id<BackendModel> id, CancellationToken ct) =>
        db.BackendsOf(caller).SingleOrDefaultAsync(b => b.Id == id, ct);
}
