using Microsoft.EntityFrameworkCore;
using ScaiGrid.Server.Access;
using ScaiGrid.Server.Data;
using ScaiGrid.Server.Features.Audit;
using ScaiGrid.Server.Features.Tenancy;
using ScaiGrid.Server.Kernel;

namespace ScaiGrid.Server.Features.Models;

/// <summary><c>POST /v1/models/groups</c>.</summary>
internal static class CreateGroup
{
    /// <param name="PartnerId">For the scope <c>partner</c>; null = the caller's own.</param>
    /// <param name="TenantId">For the scope <c>tenant</c>; null = the caller's own.</param>
    /// <param name="IsDefault">Only for the scope <c>tenant</c>; takes it from the group that is the default now.</param>
    /// <param name="Slugs">The models in it; null = none yet.</param>
    public sealed record Request(
        string Name, ModelGroupScope Scope = ModelGroupScope.Tenant, Id<Partner>? PartnerId = null, Id<Tenant>? TenantId = null, bool IsDefault = false, IReadOnlyList<ModelSlug>? Slugs = null);

    public static void Map(IEndpointRouteBuilder models) => models
        .MapPost("/models/groups", HandleAsync)
        .WithName("CreateModelGroup")
        .WithSummary("Create a model group")
        .Requires(Permissions.ModelsManage)
        .Audits("model_group.create")
        .Answers<GroupView>(StatusCodes.Status201Created)
        .ProducesErrors(KernelErrors.Validation, AccessErrors.PermissionDenied);

    private static async Task<IResult> HandleAsync(
        Body<Request> body, Principal caller, Db db, Catalogue catalogue, Auditor auditor, IdSource ids, TimeProvider clock, CancellationToken ct)
    {
        var request = body.Value;
        var snapshot = catalogue.Current;
        var decided = Decide(request, caller, snapshot, ids.New<ModelGroup>(), clock.GetUtcNow());
        if (!decided.Succeeded(out var group, out var error))
        {
            return error.ToResult();
        }

        var faults = new List<Fault>();
        if (group.PartnerId is { } partner && !await db.Partners.AnyAsync(p => p.Id == partner, ct))
        {
            faults.Add(new("partner_id", "is not a partner"));
        }

        await GroupMembers.SetAsync(db, snapshot, caller, group, request.Slugs ?? [], faults, ct);
        if (faults.Count > 0)
        {
            return KernelErrors.Faulty(faults).ToResult();
        }

        db.ModelGroups.Add(group);
        auditor.Changed(group.Id.Value, null, GroupView.Of(group) with { IsDefault = request.IsDefault });
        await db.SaveChangesAsync(ct);
        return Reply.Created(GroupView.Of(request.IsDefault ? await MakeDefaultAsync(db, group.Id, ct) : group));
    }

    /// <summary>The new group, or why the caller may not have it.</summary>
    private static Result<ModelGroup> Decide(Request request, Principal caller, CatalogueSnapshot catalogue, Id<ModelGroup> id, DateTimeOffset now)
    {
        var partner = request.Scope == ModelGroupScope.Partner ? request.PartnerId ?? caller.PartnerId : null;
        var tenant = request.Scope == ModelGroupScope.Tenant ? request.TenantId ?? caller.TenantId : null;
        var faults = new List<Fault>();
        UpdateGroup.Check(request.Name, request.Scope, request.IsDefault, faults);
        if (request.PartnerId is not null && request.Scope != ModelGroupScope.Partner)
        {
            faults.Add(new("partner_id", "goes with the scope 'partner' only"));
        }

        if (request.TenantId is not null && request.Scope != ModelGroupScope.Tenant)
        {
            faults.Add(new("tenant_id", "goes with the scope 'tenant' only"));
        }

        if (!ModelGroupScopes.Allows(caller, request.Scope, partner, tenant, catalogue.PartnerOf(tenant)))
        {
            return AccessErrors.PermissionDenied.With("You may not make model groups of this scope there.");
        }

        if (request.Scope == ModelGroupScope.Partner && partner is null)
        {
            faults.Add(new("partner_id", "is required: you act for no partner"));
        }

        if (request.Scope == ModelGroupScope.Tenant && (tenant is not { } known || !catalogue.Tenants.ContainsKey(known)))
        {
            faults.Add(new("tenant_id", "must name a tenant"));
        }

        return faults.Count > 0
            ? KernelErrors.Faulty(faults)
            : new ModelGroup { Id = id, Name = request.Name.Trim(), Scope = request.Scope, PartnerId = partner, TenantId = tenant, CreatedAt = now };
    }

    // A step of its own, once the group stands where others who do the same can see it.
    private static Task<ModelGroup> MakeDefaultAsync(Db db, Id<ModelGroup> id, CancellationToken ct) => db.RetryOnConflictAsync(async () =>
    {
        var group = await db.ModelGroups.SingleAsync(g => g.Id == id, ct);
        await GroupDefaults.MoveToAsync(db, group, ct);
        await db.SaveChangesAsync(ct);
        return group;
    });
}
