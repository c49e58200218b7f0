using Microsoft.EntityFrameworkCore;
using ScaiGrid.Server.Access;
using ScaiGrid.Server.Data;
using ScaiGrid.Server.Features.Audit;
using ScaiGrid.Server.Kernel;

namespace ScaiGrid.Server.Features.Tenancy;

/// <summary><c>PUT /v1/tenants/{id}</c>: changes what the body names.</summary>
internal static class UpdateTenant
{
    /// <param name="Status"><c>suspended</c> stops all its keys and tokens at once; nothing of it is lost.</param>
    /// <param name="RateLimit">Requests in 60 seconds over all its users; 0 = unlimited.</param>
    public sealed record Request(string? Name = null, TenantStatus? Status = null, bool? RestrictModelsToGroups = null, int? RateLimit = null);

    public static void Map(IEndpointRouteBuilder tenants) => tenants
        .MapPut("/{id}", HandleAsync)
        .WithName("UpdateTenant")
        .WithSummary("Change a tenant, or suspend it")
        .Requires(Permissions.AdminAccess)
        .Audits("tenant.update")
        .Answers<TenantView>()
        .ProducesErrors(KernelErrors.Validation, TenancyErrors.TenantNotFound, AccessErrors.PermissionDenied);

    private static async Task<IResult> HandleAsync(Id<Tenant> id, Body<Request> body, Principal caller, Db db, Auditor auditor, CancellationToken ct)
    {
        var request = body.Value;
        var faults = new List<Fault>();
        TenancyApi.Check(request.Name, request.RateLimit, faults);
        if ((TenancyApi.RefuseOthers(caller) ?? (faults.Count > 0 ? KernelErrors.Faulty(faults) : null)) is { } refused)
        {
            return refused.ToResult();
        }

        if (await db.Tenants.Reach(caller).SingleOrDefaultAsync(t => t.Id == id, ct) is not { } tenant)
        {
            return ReadTenants.NotFound(id).ToResult();
        }

        if (request.Status == TenantStatus.Suspended && !caller.IsSuperAdmin && tenant.Id == caller.TenantId)
        {
            return KernelErrors.Validation.At("status", "cannot be suspended by somebody who is in it").ToResult();
        }

        var before = TenantView.Of(tenant);
        (tenant.Name, tenant.Status) = (request.Name?.Trim() ?? tenant.Name, request.Status ?? tenant.Status);
        (tenant.RestrictModelsToGroups, tenant.RateLimit) = (request.RestrictModelsToGroups ?? tenant.RestrictModelsToGroups, request.RateLimit ?? tenant.RateLimit);
        auditor.Changed(id.Value, before, TenantView.Of(tenant));
        await db.SaveChangesAsync(ct);
        return Reply.Ok(TenantView.Of(tenant));
    }
}
