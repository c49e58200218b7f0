using Microsoft.EntityFrameworkCore;
using ScaiGrid.Flows;
using ScaiGrid.Flows.Graph;
using ScaiGrid.Flows.Language;
using ScaiGrid.Server.Access;
using ScaiGrid.Server.Data;
using ScaiGrid.Server.Features.Tenancy;
using ScaiGrid.Server.Kernel;
using ScaiGrid.Server.Storage;

namespace ScaiGrid.Server.Features.Flows;

/// <summary><c>GET /flows/{id}/versions</c>, <c>…/versions/{version}</c> and <c>…/diff</c>: what a flow has been.</summary>
internal static class FlowVersions
{
    public sealed record Entry(SemVer Version, int Bytes, Id<User> CreatedBy, DateTimeOffset CreatedAt, bool IsCurrent);

    public sealed record ListResponse(IReadOnlyList<Entry> Items, int Total, string? NextCursor);

    public sealed record Response(Id<Flow> FlowId, SemVer Version, int Bytes, Id<User> CreatedBy, DateTimeOffset CreatedAt, bool IsCurrent, Value Content);

    public sealed record DiffResponse(SemVer From, SemVer To, PartsDiff Nodes, PartsDiff Edges, IReadOnlyList<FieldChange> Fields);

    public static void Map(IEndpointRouteBuilder flows)
    {
        flows.MapGet("/{id}/versions", ListAsync)
            .WithName("ListFlowVersions")
            .WithSummary("List the contents that a flow has had, the newest first")
            .RequiresOidc(Permissions.CoreView)
            .Produces<ListResponse>()
            .ProducesErrors(KernelErrors.Validation, FlowErrors.NotFound);
        flows.MapGet("/{id}/versions/{version}", GetAsync)
            .WithName("GetFlowVersion")
            .WithSummary("Get one content that a flow has had")
            .RequiresOidc(Permissions.CoreView)
            .Produces<Response>()
            .ProducesErrors(FlowErrors.NotFound, FlowErrors.VersionNotFound);
        flows.MapGet("/{id}/diff", DiffAsync)
            .WithName("DiffFlowVersions")
            .WithSummary("Compare two versions of a flow")
            .RequiresOidc(Permissions.CoreView)
            .Produces<DiffResponse>()
            .ProducesErrors(KernelErrors.Validation, FlowErrors.NotFound, FlowErrors.VersionNotFound);
    }

    public static async Task<Result<FlowVersion>> FindAsync(Db db, Flow flow, string version, CancellationToken ct) =>
        SemVer.TryParse(version, null, out var number)
        && await db.FlowVersions.AsNoTracking().SingleOrDefaultAsync(v => v.TenantId == flow.TenantId && v.FlowId == flow.Id && v.Version == number, ct) is { } found
            ? found
            : FlowErrors.VersionNotFound.With($"The flow has no version '{(version.Length > SemVer.MaxLength ? version[..SemVer.MaxLength] : version)}'.");

    private static async Task<IResult> ListAsync(Id<Flow> id, Paging paging, Principal caller, Db db, CancellationToken ct)
    {
        if (!(await FlowAccess.FindAsync(db, caller, id, FlowLevel.View, ct)).Succeeded(out var flow, out var error))
        {
            return error.ToResult();
        }

        var versions = db.FlowVersions.AsNoTracking().Where(v => v.TenantId == flow.TenantId && v.FlowId == flow.Id);
        if (paging.After is { } cursor)
        {
            var last = int.TryParse(cursor, System.Globalization.CultureInfo.InvariantCulture, out var sequence) ? sequence : 0;
            versions = versions.Where(v => v.Sequence < last);
        }

        var rows = await versions.OrderByDescending(v => v.Sequence).Take(paging.Limit + 1).ToListAsync(ct);
        var page = paging.Cut(rows, v => v.Sequence.ToString(System.Globalization.CultureInfo.InvariantCulture), v => new Entry(v.Version, v.Bytes, v.CreatedBy, v.CreatedAt, v.Sequence == flow.ContentSequence));
        return Results.Ok(new ListResponse(page.Items, flow.ContentSequence, page.NextCursor));
    }

    private static async Task<IResult> GetAsync(Id<Flow> id, string version, Principal caller, Db db, IObjectStore objects, CancellationToken ct)
    {
        if (!(await FlowAccess.FindAsync(db, caller, id, FlowLevel.View, ct)).Succeeded(out var flow, out var error)
            || !(await FindAsync(db, flow, version, ct)).Succeeded(out var found, out error))
        {
            return error.ToResult();
        }

        var content = await FlowContent.ReadAsync(objects, found.ContentKey, ct);
        return Results.Ok(new Response(flow.Id, found.Version, found.Bytes, found.CreatedBy, found.CreatedAt, found.Sequence == flow.ContentSequence, content));
    }

    private static async Task<IResult> DiffAsync(Id<Flow> id, string? from, string? to, Principal caller, Db db, IObjectStore objects, CancellationToken ct)
    {
        if (string.IsNullOrEmpty(from))
        {
            return KernelErrors.Validation.At("from", "is required: the version to compare with").ToResult();
        }

        if (!(await FlowAccess.FindAsync(db, caller, id, FlowLevel.View, ct)).Succeeded(out var flow, out var error)
            || !(await FindAsync(db, flow, from, ct)).Succeeded(out var before, out error)
            || !(await FindAsync(db, flow, string.IsNullOrEmpty(to) ? flow.ContentVersion.ToString() : to, ct)).Succeeded(out var after, out error))
        {
            return error.ToResult();
        }

        var diff = FlowDiff.Between(await FlowContent.ReadAsync(objects, before.ContentKey, ct), await FlowContent.ReadAsync(objects, after.ContentKey, ct));
        return Results.Ok(new DiffResponse(before.Version, after.Version, diff.Nodes, diff.Edges, diff.Fields));
    }
}
