using Microsoft.EntityFrameworkCore;
using ScaiGrid.Flows.Compile;
using ScaiGrid.Flows.Language;
using ScaiGrid.Flows.Packages;
using ScaiGrid.Server.Access;
using ScaiGrid.Server.Data;
using ScaiGrid.Server.Features.Audit;
using ScaiGrid.Server.Features.Cores;
using ScaiGrid.Server.Kernel;
using ScaiGrid.Server.Storage;

namespace ScaiGrid.Server.Features.Flows;

/// <summary>
/// <c>POST /flows/{id}/deploy</c>: compiles the flow and makes it its Core's program, and a model where it is to be one. Core, model and deployment are
/// saved together. Runs that are under way finish on the program they began with.
/// </summary>
internal static class DeployFlow
{
    /// <param name="PublishAsModel">Null = as the flow's <c>config</c> says. False does not take away a model that is there.</param>
    /// <param name="GroupIds">Model groups to add the model to; null = those that the flow's <c>config</c> names.</param>
    public sealed record Request(bool? PublishAsModel = null, IReadOnlyList<string>? GroupIds = null);

    /// <param name="Warnings">What the flow needs and has not got yet; runs that come to it will fail. Empty after a rollback.</param>
    public sealed record Response(
        Id<Core> CoreId, string? PublishedSlug, Id<FlowDeployment> DeploymentId, string ManifestDigest, ScaiGrid.Flows.SemVer Version, CoreStatus CoreStatus,
        IReadOnlyList<string> GroupIds, IReadOnlyList<string> DroppedGroupIds, IReadOnlyList<Lack> Warnings)
    {
        public static Response Of(FlowDeployment deployment, DeployedCore deployed, IReadOnlyList<Lack> warnings) => new(
            deployment.CoreId, deployment.PublishedSlug, deployment.Id, deployment.ManifestDigest, deployment.ContentVersion, deployed.Core.Status,
            deployed.Publication?.GroupIds ?? [], deployed.Publication?.DroppedGroupIds ?? [], warnings);
    }

    public static void Map(IEndpointRouteBuilder flows) => flows
        .MapPost("/{id}/deploy", HandleAsync)
        .WithName("DeployFlow")
        .WithSummary("Deploy a flow as a Core, and publish it as a model")
        .RequiresOidc(Permissions.CoreManage)
        .Audits("flow.deploy")
        .Produces<Response>()
        .ProducesErrors(KernelErrors.Validation, KernelErrors.SlugConflict, FlowErrors.NotFound, FlowErrors.AccessDenied, FlowErrors.CompileError, CoreErrors.InvalidSource);

    private static async Task<IResult> HandleAsync(
        Id<Flow> id, [OptionalBody] Body<Request> body, Principal caller, Db db, IObjectStore objects, DeployCore deploy, Lacks lacks, Auditor auditor, IdSource ids, TimeProvider clock, CancellationToken ct)
    {
        var deployed = await db.RetryOnConflictAsync<Result<Response>>(async () =>
        {
            if (!(await FlowAccess.FindAsync(db, caller, id, FlowLevel.Deploy, ct)).Succeeded(out var flow, out var error))
            {
                return error;
            }

            var compilation = FlowCompiler.Compile(await FlowContent.ReadAsync(objects, flow.ContentKey, ct));
            if (!compilation.Succeeded(out var compiled))
            {
                return FlowErrors.NotCompiled(compilation.Diagnostics);
            }

            var plan = DeployPlan.Of(compiled, flow.Name, MetadataOf(flow, compiled), body.Value.PublishAsModel, body.Value.GroupIds);
            if (!(await RecordAsync(db, deploy, flow, plan, null, caller, ids, clock, ct)).Succeeded(out var done, out error))
            {
                return error;
            }

            auditor.Changed(flow.Id.Value, done.Deployed.Before, CoreView.Of(done.Deployed.Core));
            await db.SaveChangesAsync(ct);
            var warnings = await lacks.OfAsync(
                db, caller, compiled.Graph.Requirements(), alias => CorePlugins.Find(done.Deployed.Core.Plugins, compiled.Manifest, alias) is not null, ct);
            return Response.Of(done.Deployment, done.Deployed, [.. warnings, .. Lacks.Secrets(done.Deployed.Core)]);
        });

        return deployed.Succeeded(out var answer, out var refused) ? Results.Ok(answer) : refused.ToResult();
    }

    /// <summary>Applies the plan to the flow's Core, or to a new one where it has none any more, and notes that down.</summary>
    /// <param name="past">The deployment that is gone back to; null for one of the flow as it is.</param>
    public static async Task<Result<(DeployedCore Deployed, FlowDeployment Deployment)>> RecordAsync(
        Db db, DeployCore deploy, Flow flow, DeployPlan plan, FlowDeployment? past, Principal caller, IdSource ids, TimeProvider clock, CancellationToken ct)
    {
        var last = await LastAsync(db, flow, ct);
        var core = last is null ? null : await db.Cores.SingleOrDefaultAsync(c => c.TenantId == flow.TenantId && c.Id == last.CoreId, ct);
        if (!(await deploy.ApplyAsync(core, flow.TenantId, plan, caller, ct)).Succeeded(out var deployed, out var error))
        {
            // What takes the slug may be this flow's own Core, made since it was looked for: then it is looked for again.
            return error.Type == KernelErrors.SlugConflict && (await LastAsync(db, flow, ct))?.Sequence != last?.Sequence
                ? throw new DbUpdateConcurrencyException($"The flow '{flow.Id}' was deployed meanwhile.")
                : error;
        }

        var deployment = new FlowDeployment
        {
            Id = ids.New<FlowDeployment>(),
            TenantId = flow.TenantId,
            FlowId = flow.Id,
            Sequence = (last?.Sequence ?? 0) + 1,
            CoreId = deployed.Core.Id,
            CoreName = plan.CoreName,
            ContentVersion = past?.ContentVersion ?? flow.ContentVersion,
            ManifestDigest = plan.Digest,
            PublishedSlug = deployed.Core.Publication?.Slug.Value,
            DeployedBy = caller.UserId,
            DeployedAt = clock.GetUtcNow(),
            RollbackOf = past?.Id,
        };
        db.FlowDeployments.Add(deployment);
        return (deployed, deployment);
    }

    public static Task<FlowDeployment?> LastAsync(Db db, Flow flow, CancellationToken ct) => db.FlowDeployments.AsNoTracking()
        .Where(d => d.TenantId == flow.TenantId && d.FlowId == flow.Id).OrderByDescending(d => d.Sequence).FirstOrDefaultAsync(ct);

    /// <summary>What the Core tells of where it comes from; the description is also the model's.</summary>
    public static Value MetadataOf(Flow flow, CompiledFlow compiled)
    {
        var description = flow.Description ?? compiled.Graph.Metadata["description"].AsString();
        return Value.Object([new("flow_id", flow.Id.Value), new("flow_version", flow.ContentVersion.ToString()), .. string.IsNullOrEmpty(description) ? [] : new KeyValuePair<string, Value>[] { new("description", description) }]);
    }
}
