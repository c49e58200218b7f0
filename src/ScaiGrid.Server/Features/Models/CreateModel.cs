using Microsoft.EntityFrameworkCore;
using ScaiGrid.Server.Access;
using ScaiGrid.Server.Data;
using ScaiGrid.Server.Features.Audit;
using ScaiGrid.Server.Features.Tenancy;
using ScaiGrid.Server.Kernel;

namespace ScaiGrid.Server.Features.Models;

/// <summary><c>POST /v1/models</c>.</summary>
internal static class CreateModel
{
    public sealed record Request : ModelSettings
    {
        public required ModelSlug Slug { get; init; }

        public required string DisplayName { get; init; }

        /// <summary>For those who administer several tenants; null = the caller's own, or the platform for a super admin who acts in none.</summary>
        public Id<Tenant>? TenantId { get; init; }

        public void Check(List<Fault> faults) => Check(DisplayName, faults);

        public void Apply(FrontendModel model, DateTimeOffset now) => Apply(model, DisplayName, now);
    }

    public static void Map(IEndpointRouteBuilder models) => models
        .MapPost("/models", HandleAsync)
        .WithName("CreateModel")
        .WithSummary("Create a model")
        .Requires(Permissions.ModelsManage)
        .Audits("model.create")
        .Answers<ModelView>(StatusCodes.Status201Created)
        .ProducesErrors(KernelErrors.Validation, KernelErrors.SlugConflict);

    private static async Task<IResult> HandleAsync(
        Body<Request> body, Principal caller, Db db, Catalogue catalogue, Auditor auditor, IdSource ids, TimeProvider clock, CancellationToken ct)
    {
        var request = body.Value;
        var snapshot = catalogue.Current;
        if (!ModelOwners.Choose(snapshot, caller, request.TenantId).Succeeded(out var owner, out var error))
        {
            return error.ToResult();
        }

        var partner = owner.Tenant is { } tenant ? await db.Partners.Where(p => p.Id == tenant.PartnerId).Select(p => (Slug?)p.Slug).SingleAsync(ct) : null;
        var created = await db.RetryOnConflictAsync<Result<ModelView>>(async () =>
        {
            var faults = new List<Fault>();
            request.Check(faults);
            if (SlugRules.Check(request.Slug, caller, owner.Tenant, partner) is { } fault)
            {
                faults.Add(new("slug", fault));
            }

            var now = clock.GetUtcNow();
            var model = new FrontendModel { Id = ids.New<FrontendModel>(), Slug = request.Slug, TenantId = owner.Id, DisplayName = request.DisplayName, CreatedAt = now };
            var placement = await ModelPlacement.LoadAsync(db, model, ct);
            await placement.MapAsync(request.Backends ?? [], snapshot, caller, faults, ct);
            var taken = await db.Models.AnyAsync(m => m.Slug == request.Slug, ct);
            if (!taken)
            {
                placement.LeaveGroups(); // a group may still hold the slug of a model that is gone
            }

            await placement.JoinAsync(request.Groups ?? [], snapshot, caller, faults, ct);
            if (faults.Count > 0 || taken)
            {
                return faults.Count > 0 ? KernelErrors.Faulty(faults) : KernelErrors.SlugConflict.At("slug", $"There is a model '{request.Slug}' already.");
            }

            request.Apply(model, now);
            db.Models.Add(model);
            auditor.Changed(model.Id.Value, null, placement.View);
            await db.SaveChangesAsync(ct);
            return placement.View;
        });

        return created.Succeeded(out var view, out error) ? Reply.Created(view) : error.ToResult();
    }
}
