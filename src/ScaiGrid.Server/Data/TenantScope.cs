using ScaiGrid.Server.Access;
using ScaiGrid.Server.Features.Tenancy;
using ScaiGrid.Server.Kernel;

namespace ScaiGrid.Server.Data;

/// <summary>
/// The tenant that one unit of work acts for: the request's, from its principal and from nowhere else, or the one that
/// background work enters. Work that says neither fails.
/// </summary>
internal sealed class TenantScope(IHttpContextAccessor http)
{
    private (Id<Tenant>? TenantId, bool Entered) _entered;

    /// <summary>Null means the whole platform.</summary>
    public Id<Tenant>? TenantId => _entered.Entered ? _entered.TenantId
        : http.HttpContext?.Features.Get<Principal>() is { } principal ? principal.TenantId
        : throw new InvalidOperationException("No tenant: this code ran outside an authenticated request and entered no tenant.");

    public void Enter(Id<Tenant> tenantId) => _entered = (tenantId, true);

    public void EnterPlatform() => _entered = (null, true);
}
