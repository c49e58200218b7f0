using Microsoft.EntityFrameworkCore;
using ScaiGrid.Server.Access;
using ScaiGrid.Server.Data;
using ScaiGrid.Server.Features.Audit;
using ScaiGrid.Server.Kernel;

namespace ScaiGrid.Server.Features.Models;

/// <summary><c>PUT /v1/models/{id}</c>: changes what the body names. The slug is fixed for life.</summary>
internal static class UpdateModel
{
    public sealed record Request : ModelSettings
    {
        public string? DisplayName { get; init; }

        public void Check(FrontendModel model, List<Fault> faults)
        {
            Check(DisplayName, faults);
            if (model.Slug.IsOfCore)
            {
                faults.AddRange(ToldByTheCore().Where(f => f.Given).Select(f => new Fault(f.Field, "is told by the Core that the model publishes: change it there")));
            }
        }

        public void Apply(FrontendModel model, DateTimeOffset now) => Apply(model, DisplayName, now);

        private IEnumerable<(string Field, bool Given)> ToldByTheCore() =>
        [
            ("display_name", DisplayName is not null), ("description", Description is not null), ("modality", Modality is not null),
            ("capabilities", !Capabilities.IsNull), ("system_prompt_template", SystemPromptTemplate is not null),
            ("metadata", !Metadata.IsNull), ("backends", Backends is not null),
        ];
    }

    public static void Map(IEndpointRouteBuilder models) => models
        .MapPut("/models/{id}", HandleAsync)
        .WithName("UpdateModel")
        .WithSummary("Change a model")
        .Requires(Permissions.ModelsManage)
        .Audits("model.update")
        .Answers<ModelView>()
        .ProducesErrors(KernelErrors.Validation, ModelErrors.NotFound, ModelErrors.AccessDenied, AccessErrors.PermissionDenied);

    private static async Task<IResult> HandleAsync(
        Id<FrontendModel> id, Body<Request> body, Principal caller, Db db, Catalogue catalogue, Auditor auditor, TimeProvider clock, CancellationToken ct)
    {
        var request = body.Value;
        var snapshot = catalogue.Current;
        var updated = await db.RetryOnConflictAsync<Result<ModelView>>(async () =>
        {
            if (await db.Models.SingleOrDefaultAsync(m => m.Id == id, ct) is not { } model)
            {
                return ModelErrors.Missing(id.Value);
            }

            if (ModelOwners.RefuseChange(snapshot, caller, model) is { } refusal)
            {
                return refusal;
            }

            var placement = await ModelPlacement.LoadAsync(db, model, ct);
            var before = placement.View;
            var faults = new List<Fault>();
            request.Check(model, faults);
            if (request.Backends is { } backends)
            {
                await placement.MapAsync(backends, snapshot, caller, faults, ct);
            }

            if (request.Groups is { } groups)
            {
                await placement.JoinAsync(groups, snapshot, caller, faults, ct);
            }

            if (faults.Count > 0)
            {
                return KernelErrors.Faulty(faults);
            }

            request.Apply(model, clock.GetUtcNow());
            auditor.Changed(id.Value, before, placement.View);
            await db.SaveChangesAsync(ct);
            return placement.View;
        });

        return updated.Succeeded(out var view, out var error) ? Reply.Ok(view) : error.ToResult();
    }
}
