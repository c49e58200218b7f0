using Microsoft.EntityFrameworkCore;
using ScaiGrid.Server.Access;
using ScaiGrid.Server.Data;
using ScaiGrid.Server.Features.Audit;
using ScaiGrid.Server.Kernel;

namespace ScaiGrid.Server.Features.Tenancy;

/// <param name="RateLimit">Requests in 60 seconds over all its tenants; null = the server's default, 0 = unlimited.</param>
internal sealed record PartnerView(string Id, string Slug, string Name, int? RateLimit)
{
    public static PartnerView Of(Partner p) => new(p.Id.Value, p.Slug.Value, p.Name, p.RateLimit);
}

/// <summary><c>/v1/partners</c>: partner admins see their own; super admins make and change them.</summary>
internal static class Partners
{
    public sealed record CreateRequest(string Slug, string Name, int? RateLimit = null);

    /// <param name="RateLimit">Requests in 60 seconds over all its tenants; 0 = unlimited.</param>
    public sealed record UpdateRequest(string? Name = null, int? RateLimit = null);

    public static void Map(IEndpointRouteBuilder partners)
    {
        partners.MapGet("", ListAsync)
            .WithName("ListPartners")
            .WithSummary("List partners: all of them for super admins, the own one for partner admins")
            .Requires(Permissions.AdminAccess)
            .AnswersPage<PartnerView>()
            .ProducesErrors(KernelErrors.Validation, AccessErrors.PermissionDenied);
        partners.MapGet("/{id}", GetAsync)
            .WithName("GetPartner")
            .WithSummary("Get a partner")
            .Requires(Permissions.AdminAccess)
            .Answers<PartnerView>()
            .ProducesErrors(TenancyErrors.PartnerNotFound, AccessErrors.PermissionDenied);
        partners.MapPost("", CreateAsync)
            .WithName("CreatePartner")
            .WithSummary("Create a partner; for super admins")
            .Requires(Permissions.AdminAccess)
            .Audits("partner.create")
            .Answers<PartnerView>(StatusCodes.Status201Created)
            .ProducesErrors(KernelErrors.Validation, KernelErrors.SlugConflict, AccessErrors.PermissionDenied);
        partners.MapPut("/{id}", UpdateAsync)
            .WithName("UpdatePartner")
            .WithSummary("Change a partner; for super admins")
            .Requires(Permissions.AdminAccess)
            .Audits("partner.update")
            .Answers<PartnerView>()
            .ProducesErrors(KernelErrors.Validation, TenancyErrors.PartnerNotFound, AccessErrors.PermissionDenied);
    }

    private static IQueryable<Partner> Reach(Db db, Principal caller)
    {
        var own = caller.PartnerId;
        return caller.IsSuperAdmin ? db.Partners : db.Partners.Where(p => p.Id == own);
    }

    private static Error? RefuseAllButSuper(Principal caller) => caller.IsSuperAdmin ? null : AccessErrors.PermissionDenied.With("Partners are made and changed by super admins.");

    private static async Task<IResult> ListAsync(Paging paging, Principal caller, Db db, CancellationToken ct)
    {
        if (TenancyApi.RefuseOthers(caller) is { } refused)
        {
            return refused.ToResult();
        }

        var partners = Reach(db, caller).AsNoTracking();
        if (paging.After is { } after)
        {
            var last = new Id<Partner>(after);
            partners = partners.Where(p => p.Id > last);
        }

        var page = await partners.OrderBy(p => p.Id).Take(paging.Limit + 1).ToListAsync(ct);
        return Reply.Page(paging.Cut(page, p => p.Id.Value, PartnerView.Of));
    }

    private static async Task<IResult> GetAsync(Id<Partner> id, Principal caller, Db db, CancellationToken ct) =>
        TenancyApi.RefuseOthers(caller) is { } refused ? refused.ToResult()
        : await Reach(db, caller).AsNoTracking().SingleOrDefaultAsync(p => p.Id == id, ct) is { } partner ? Reply.Ok(PartnerView.Of(partner))
        : TenancyErrors.PartnerNotFound.With($"There is no partner '{id}'.").ToResult();

    private static async Task<IResult> CreateAsync(Body<CreateRequest> body, Principal caller, Db db, Auditor auditor, IdSource ids, CancellationToken ct)
    {
        var request = body.Value;
        var faults = new List<Fault>();
        TenancyApi.Check(request.Name, request.RateLimit, faults);
        if (!Slug.TryParse(request.Slug, null, out var slug))
        {
            faults.Add(new("slug", "must be 1 to 64 of a-z, 0-9 and '-', with a letter or digit at both ends"));
        }

        if ((RefuseAllButSuper(caller) ?? (faults.Count > 0 ? KernelErrors.Faulty(faults) : null)) is { } refused)
        {
            return refused.ToResult();
        }

        var created = await db.RetryOnConflictAsync<Result<Partner>>(async () =>
        {
            if (await db.Partners.AnyAsync(p => p.Slug == slug, ct))
            {
                return KernelErrors.SlugConflict.With($"The slug '{slug}' is taken.");
            }

            var partner = new Partner { Id = ids.New<Partner>(), Slug = slug, Name = request.Name.Trim(), RateLimit = request.RateLimit };
            db.Add(partner);
            auditor.Changed(partner.Id.Value, null, PartnerView.Of(partner));
            await db.SaveChangesAsync(ct);
            return partner;
        });
        return created.Succeeded(out var made, out var error) ? Reply.Created(PartnerView.Of(made)) : error.ToResult();
    }

    private static async Task<IResult> UpdateAsync(Id<Partner> id, Body<UpdateRequest> body, Principal caller, Db db, Auditor auditor, CancellationToken ct)
    {
        var request = body.Value;
        var faults = new List<Fault>();
        TenancyApi.Check(request.Name, request.RateLimit, faults);
        if ((RefuseAllButSuper(caller) ?? (faults.Count > 0 ? KernelErrors.Faulty(faults) : null)) is { } refused)
        {
            return refused.ToResult();
        }

        if (await db.Partners.SingleOrDefaultAsync(p => p.Id == id, ct) is not { } partner)
        {
            return TenancyErrors.PartnerNotFound.With($"There is no partner '{id}'.").ToResult();
        }

        var before = PartnerView.Of(partner);
        (partner.Name, partner.RateLimit) = (request.Name?.Trim() ?? partner.Name, request.RateLimit ?? partner.RateLimit);
        auditor.Changed(id.Value, before, PartnerView.Of(partner));
        await db.SaveChangesAsync(ct);
        return Reply.Ok(PartnerView.Of(partner));
    }
}
