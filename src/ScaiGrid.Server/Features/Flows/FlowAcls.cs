using Microsoft.EntityFrameworkCore;
using ScaiGrid.Server.Access;
using ScaiGrid.Server.Data;
using ScaiGrid.Server.Features.Audit;
using ScaiGrid.Server.Features.Tenancy;
using ScaiGrid.Server.Kernel;

namespace ScaiGrid.Server.Features.Flows;

/// <summary><c>/flows/{id}/acls</c>: with whom a flow is shared. Its owner and the admins, who hold every level without a grant, are not listed.</summary>
internal static class FlowAcls
{
    public sealed record Request(FlowPrincipalType PrincipalType, string PrincipalId, FlowLevel Level);

    public sealed record Change(FlowLevel Level);

    public sealed record Response(
        Id<FlowAcl> Id, Id<Flow> FlowId, FlowPrincipalType PrincipalType, string PrincipalId, FlowLevel Level, Id<User> GrantedBy, DateTimeOffset GrantedAt)
    {
        public static Response Of(FlowAcl acl) => new(acl.Id, acl.FlowId, acl.PrincipalType, acl.PrincipalId, acl.Level, acl.GrantedBy, acl.GrantedAt);
    }

    public static void Map(IEndpointRouteBuilder flows)
    {
        flows.MapGet("/{id}/acls", ListAsync)
            .WithName("ListFlowAcls")
            .WithSummary("List whom a flow is shared with")
            .RequiresOidc(Permissions.CoreView)
            .Produces<IReadOnlyList<Response>>()
            .ProducesErrors(FlowErrors.NotFound, FlowErrors.AccessDenied);
        flows.MapPost("/{id}/acls", GrantAsync)
            .WithName("GrantFlowAccess")
            .WithSummary("Share a flow with a person or a group")
            .RequiresOidc(Permissions.CoreManage)
            .Audits("flow_acl.grant")
            .Produces<Response>(StatusCodes.Status201Created)
            .ProducesErrors(KernelErrors.Validation, FlowErrors.NotFound, FlowErrors.AccessDenied, FlowErrors.PrincipalNotFound, FlowErrors.AlreadyGranted);
        flows.MapPatch("/{id}/acls/{acl}", ChangeAsync)
            .WithName("ChangeFlowAccess")
            .WithSummary("Change the level of a grant")
            .RequiresOidc(Permissions.CoreManage)
            .Audits("flow_acl.change")
            .Produces<Response>()
            .ProducesErrors(KernelErrors.Validation, FlowErrors.NotFound, FlowErrors.AccessDenied, FlowErrors.AclNotFound);
        flows.MapDelete("/{id}/acls/{acl}", RevokeAsync)
            .WithName("RevokeFlowAccess")
            .WithSummary("Revoke a grant")
            .RequiresOidc(Permissions.CoreManage)
            .Audits("flow_acl.revoke")
            .Produces(StatusCodes.Status204NoContent)
            .ProducesErrors(FlowErrors.NotFound, FlowErrors.AccessDenied, FlowErrors.AclNotFound, FlowErrors.OwnerStays);
    }

    private static async Task<IResult> ListAsync(Id<Flow> id, Principal caller, Db db, CancellationToken ct)
    {
        if (!(await FlowAccess.FindAsync(db, caller, id, FlowLevel.Admin, ct)).Succeeded(out var flow, out var error))
        {
            return error.ToResult();
        }

        var acls = await OfFlow(db, flow).AsNoTracking().OrderBy(a => a.Id).ToListAsync(ct);
        return Results.Ok(acls.Select(Response.Of));
    }

    private static async Task<IResult> GrantAsync(
        Id<Flow> id, Body<Request> body, Principal caller, Db db, Auditor auditor, IdSource ids, TimeProvider clock, CancellationToken ct)
    {
        var request = body.Value;
        var granted = await db.RetryOnConflictAsync<Result<FlowAcl>>(async () =>
        {
            if (!(await FlowAccess.FindAsync(db, caller, id, FlowLevel.Admin, ct)).Succeeded(out var flow, out var error)
                || (error = await RefuseAsync(db, flow, request, ct)) is not null)
            {
                return error;
            }

            var acl = new FlowAcl
            {
                Id = ids.New<FlowAcl>(),
                TenantId = flow.TenantId,
                FlowId = flow.Id,
                PrincipalType = request.PrincipalType,
                PrincipalId = request.PrincipalId,
                Level = request.Level,
                GrantedBy = caller.UserId,
                GrantedAt = clock.GetUtcNow(),
            };
            db.FlowAcls.Add(acl);
            auditor.Changed(flow.Id.Value, null, Response.Of(acl));
            await db.SaveChangesAsync(ct);
            return acl;
        });

        return granted.Succeeded(out var made, out var refused) ? Results.Created($"/api/v1/flows/{id}/acls/{made.Id}", Response.Of(made)) : refused.ToResult();
    }

    private static async Task<IResult> ChangeAsync(Id<Flow> id, Id<FlowAcl> acl, Body<Change> body, Principal caller, Db db, Auditor auditor, TimeProvider clock, CancellationToken ct)
    {
        var changed = await db.RetryOnConflictAsync<Result<FlowAcl>>(async () =>
        {
            if (!(await FindAsync(db, caller, id, acl, ct)).Succeeded(out var found, out var error))
            {
                return error;
            }

            var before = Response.Of(found);
            (found.Level, found.GrantedBy, found.GrantedAt) = (body.Value.Level, caller.UserId, clock.GetUtcNow());
            auditor.Changed(id.Value, before, Response.Of(found));
            await db.SaveChangesAsync(ct);
            return found;
        });

        return changed.Succeeded(out var now, out var refused) ? Results.Ok(Response.Of(now)) : refused.ToResult();
    }

    private static async Task<IResult> RevokeAsync(Id<Flow> id, Id<FlowAcl> acl, Principal caller, Db db, Auditor auditor, CancellationToken ct)
    {
        var revoked = await db.RetryOnConflictAsync<Result<FlowAcl>>(async () =>
        {
            if (!(await FindAsync(db, caller, id, acl, ct)).Succeeded(out var found, out var error))
            {
                return error;
            }

            db.FlowAcls.Remove(found);
            auditor.Changed(id.Value, Response.Of(found), null);
            await db.SaveChangesAsync(ct);
            return found;
        });

        return revoked.Succeeded(out _, out var refused) ? Reply.NoContent() : refused.ToResult();
    }

    private static async Task<Result<FlowAcl>> FindAsync(Db db, Principal caller, Id<Flow> id, Id<FlowAcl> acl, CancellationToken ct)
    {
        if (!(await FlowAccess.FindAsync(db, caller, id, FlowLevel.Admin, ct)).Succeeded(out var flow, out var error))
        {
            return error;
        }

        return await OfFlow(db, flow).SingleOrDefaultAsync(a => a.Id == acl, ct) is { } found ? found
            : acl.Value == flow.OwnerId.Value ? FlowErrors.OwnerStays.With("The owner's access is not a grant; hand the flow to another owner instead.")
            : FlowErrors.AclNotFound.With($"The flow has no grant '{acl}'.");
    }

    private static async Task<Error?> RefuseAsync(Db db, Flow flow, Request request, CancellationToken ct)
    {
        var (type, id) = (request.PrincipalType, request.PrincipalId);
        if (type == FlowPrincipalType.User && id == flow.OwnerId.Value)
        {
            return FlowErrors.AlreadyGranted.With("This person owns the flow and needs no grant.");
        }

        if (!IdSyntax.Pattern().IsMatch(id) || !await ExistsAsync(db, flow.TenantId, type, id, ct))
        {
            return FlowErrors.PrincipalNotFound.At("principal_id", $"is not the id of a {type.ToString().ToLowerInvariant()} of this tenant");
        }

        return await OfFlow(db, flow).AsNoTracking().SingleOrDefaultAsync(a => a.PrincipalType == type && a.PrincipalId == id, ct) is not { } taken ? null
            : FlowErrors.AlreadyGranted.With($"There is a grant '{taken.Id}' for this {type.ToString().ToLowerInvariant()} already; change its level with PATCH.") with
            {
                Data = new Dictionary<string, object?> { ["acl_id"] = taken.Id, ["level"] = taken.Level },
            };
    }

    private static Task<bool> ExistsAsync(Db db, Id<Tenant> tenant, FlowPrincipalType type, string id, CancellationToken ct)
    {
        var (user, group) = (new Id<User>(id), new Id<UserGroup>(id));
        return type == FlowPrincipalType.User
            ? db.Users.AnyAsync(u => u.Id == user && u.TenantId == tenant, ct)
            : db.UserGroups.AnyAsync(g => g.Id == group && g.TenantId == tenant, ct);
    }

    private static IQueryable<FlowAcl> OfFlow(Db db, Flow flow) => db.FlowAcls.Where(a => a.TenantId == flow.TenantId && a.FlowId == flow.Id);
}
