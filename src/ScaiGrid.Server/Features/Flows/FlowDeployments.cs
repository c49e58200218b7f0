using System.Globalization;
using Microsoft.EntityFrameworkCore;
using ScaiGrid.Flows;
using ScaiGrid.Flows.Language;
using ScaiGrid.Server.Access;
using ScaiGrid.Server.Data;
using ScaiGrid.Server.Features.Audit;
using ScaiGrid.Server.Features.Cores;
using ScaiGrid.Server.Features.Tenancy;
using ScaiGrid.Server.Kernel;

namespace ScaiGrid.Server.Features.Flows;

/// <summary><c>GET /flows/{id}/deployments</c> and <c>POST …/deployments/{deployment}/rollback</c>.</summary>
internal static class FlowDeployments
{
    /// <param name="RollbackOf">The deployment that this one went back to; null for one of the flow as it was.</param>
    /// <param name="IsCurrent">Whether it is the last one.</param>
    public sealed record Entry(
        Id<FlowDeployment> Id, Id<Flow> FlowId, SemVer Version, Id<Core> CoreId, string ManifestDigest, string? PublishedSlug, Id<User> DeployedBy,
        DateTimeOffset DeployedAt, Id<FlowDeployment>? RollbackOf, bool IsCurrent);

    public sealed record ListResponse(IReadOnlyList<Entry> Items, int Total, string? NextCursor);

    public static void Map(IEndpointRouteBuilder flows)
    {
        flows.MapGet("/{id}/deployments", ListAsync)
            .WithName("ListFlowDeployments")
            .WithSummary("List a flow's deployments, the newest first")
            .RequiresOidc(Permissions.CoreView)
            .Produces<ListResponse>()
            .ProducesErrors(KernelErrors.Validation, FlowErrors.NotFound);
        flows.MapPost("/{id}/deployments/{deployment}/rollback", RollbackAsync)
            .WithName("RollbackFlowDeployment")
            .WithSummary("Deploy again what an earlier deployment deployed")
            .RequiresOidc(Permissions.CoreManage)
            .Audits("flow.rollback")
            .Produces<DeployFlow.Response>()
            .ProducesErrors(KernelErrors.SlugConflict, FlowErrors.NotFound, FlowErrors.AccessDenied, FlowErrors.DeploymentNotFound, CoreErrors.InvalidSource);
    }

    private static async Task<IResult> ListAsync(Id<Flow> id, Paging paging, Principal caller, Db db, CancellationToken ct)
    {
        if (!(await FlowAccess.FindAsync(db, caller, id, FlowLevel.View, ct)).Succeeded(out var flow, out var error))
        {
            return error.ToResult();
        }

        var total = (await DeployFlow.LastAsync(db, flow, ct))?.Sequence ?? 0;
        var deployments = db.FlowDeployments.AsNoTracking().Where(d => d.TenantId == flow.TenantId && d.FlowId == flow.Id);
        if (paging.After is { } cursor)
        {
            var last = int.TryParse(cursor, CultureInfo.InvariantCulture, out var sequence) ? sequence : 0;
            deployments = deployments.Where(d => d.Sequence < last);
        }

        var rows = await deployments.OrderByDescending(d => d.Sequence).Take(paging.Limit + 1).ToListAsync(ct);
        var page = paging.Cut(rows, d => d.Sequence.ToString(CultureInfo.InvariantCulture), d => new Entry(
            d.Id, d.FlowId, d.ContentVersion, d.CoreId, d.ManifestDigest, d.PublishedSlug, d.DeployedBy, d.DeployedAt, d.RollbackOf, d.Sequence == total));
        return Results.Ok(new ListResponse(page.Items, total, page.NextCursor));
    }

    /// <summary>The manifest of then runs again; where the Core was deleted, in a new one. What is published is so still, and what was then is so again.</summary>
    private static async Task<IResult> RollbackAsync(
        Id<Flow> id, Id<FlowDeployment> deployment, Principal caller, Db db, DeployCore deploy, Auditor auditor, IdSource ids, TimeProvider clock, CancellationToken ct)
    {
        var rolledBack = await db.RetryOnConflictAsync<Result<DeployFlow.Response>>(async () =>
        {
            if (!(await FlowAccess.FindAsync(db, caller, id, FlowLevel.Deploy, ct)).Succeeded(out var flow, out var error))
            {
                return error;
            }

            if (await db.FlowDeployments.AsNoTracking().SingleOrDefaultAsync(d => d.TenantId == flow.TenantId && d.FlowId == flow.Id && d.Id == deployment, ct) is not { } past)
            {
                return FlowErrors.DeploymentNotFound.With($"The flow has no deployment '{deployment}'.");
            }

            var program = await db.Programs.AsNoTracking().SingleAsync(p => p.TenantId == flow.TenantId && p.Digest == past.ManifestDigest, ct);
            var metadata = Value.Object([new("flow_id", flow.Id.Value), new("flow_version", past.ContentVersion.ToString())]);
            var plan = new DeployPlan(past.CoreName, program.Source, past.ManifestDigest, metadata, past.PublishedSlug is not null, []);
            if (!(await DeployFlow.RecordAsync(db, deploy, flow, plan, past, caller, ids, clock, ct)).Succeeded(out var done, out error))
            {
                return error;
            }

            auditor.Changed(flow.Id.Value, done.Deployed.Before, CoreView.Of(done.Deployed.Core));
            await db.SaveChangesAsync(ct);
            return DeployFlow.Response.Of(done.Deployment, done.Deployed, []);
        });

        return rolledBack.Succeeded(out var answer, out var refused) ? Results.Ok(answer) : refused.ToResult();
    }
}
