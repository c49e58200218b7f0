using Microsoft.EntityFrameworkCore;
using ScaiGrid.Server.Access;
using ScaiGrid.Server.Data;
using ScaiGrid.Server.Features.Audit;
using ScaiGrid.Server.Features.Models;
using ScaiGrid.Server.Kernel;

namespace ScaiGrid.Server.Features.Tenancy;

/// <summary><c>POST /v1/tenants</c>.</summary>
internal static class CreateTenant
{
    /// <param name="Slug">Unique on the platform and fixed for life: it is part of every published model's name.</param>
    /// <param name="PartnerId">Null = the caller's own.</param>
    /// <param name="RateLimit">Requests in 60 seconds over all its users; null = the server's default, 0 = unlimited.</param>
    public sealed record Request(string Slug, string Name, Id<Partner>? PartnerId = null, bool RestrictModelsToGroups = false, int? RateLimit = null);

    public static void Map(IEndpointRouteBuilder tenants) => tenants
        .MapPost("", HandleAsync)
        .WithName("CreateTenant")
        .WithSummary("Create a tenant of a partner")
        .Requires(Permissions.AdminAccess)
        .Audits("tenant.create")
        .Answers<TenantView>(StatusCodes.Status201Created)
        .ProducesErrors(KernelErrors.Validation, KernelErrors.SlugConflict, AccessErrors.PermissionDenied);

    private static async Task<IResult> HandleAsync(Body<Request> body, Principal caller, Db db, Auditor auditor, IdSource ids, CancellationToken ct)
    {
        if (TenancyApi.RefuseOthers(caller) is { } refused)
        {
            return refused.ToResult();
        }

        var request = body.Value;
        var faults = new List<Fault>();
        TenancyApi.Check(request.Name, request.RateLimit, faults);
        if (!Slug.TryParse(request.Slug, null, out var slug))
        {
            faults.Add(new("slug", "must be 1 to 64 of a-z, 0-9 and '-', with a letter or digit at both ends"));
        }

        var partner = request.PartnerId ?? caller.PartnerId;
        if (partner is null || !(caller.IsSuperAdmin || ModelGroupScopes.IsPartnerAdminOf(caller, partner)) || !await db.Partners.AnyAsync(p => p.Id == partner, ct))
        {
            faults.Add(new("partner_id", "must name a partner within your reach"));
        }

        if (faults.Count > 0)
        {
            return KernelErrors.Faulty(faults).ToResult();
        }

        var created = await db.RetryOnConflictAsync<Result<Tenant>>(async () =>
        {
            if (await db.Tenants.AnyAsync(t => t.Slug == slug, ct))
            {
                return KernelErrors.SlugConflict.With($"The slug '{slug}' is taken.");
            }

            var tenant = new Tenant
            {
                Id = ids.New<Tenant>(),
                PartnerId = partner!.Value,
                Slug = slug,
                Name = request.Name.Trim(),
                RestrictModelsToGroups = request.RestrictModelsToGroups,
                RateLimit = request.RateLimit,
            };
            db.Add(tenant);
            auditor.Changed(tenant.Id.Value, null, TenantView.Of(tenant));
            await db.SaveChangesAsync(ct);
            return tenant;
        });
        return created.Succeeded(out var made, out var error) ? Reply.Created(TenantView.Of(made)) : error.ToResult();
    }
}
