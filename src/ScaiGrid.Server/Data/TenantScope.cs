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

    public void Enter(Id<Tenant> tenantId) => Enter((Id<Tenant>?)tenantId);

    public void EnterPlatform() => Enter(null);

    private void Enter(Id<Tenant>? tenantId)
    {
        if (_entered.Entered && _entered.TenantId != tenantId)
        {
            throw new InvalidOperationException("This unit of work has entered another tenant, or the platform: what it has read of the database stays.");
        }

        _entered = (tenantId, true);
    }
}
