using Microsoft.EntityFrameworkCore;
using ScaiGrid.Server.Access;
using ScaiGrid.Server.Data;
using ScaiGrid.Server.Kernel;

namespace ScaiGrid.Server.Features.Flows;

/// <summary>
/// Who may do what with a flow, beside the permission that the endpoint requires. Super admins, admins of the flow's tenant and its owner hold
/// <see cref="FlowLevel.Admin"/>; everybody else the highest level granted to them or to a group they are in.
/// </summary>
internal static class FlowAccess
{
    /// <summary>The flow, when the caller holds the level. One that they may not even view does not exist for them.</summary>
    public static async Task<Result<Flow>> FindAsync(Db db, Principal caller, Id<Flow> id, FlowLevel needed, CancellationToken ct) =>
        Decide(id, await db.Flows.SingleOrDefaultAsync(f => f.Id == id && f.DeletedAt == null, ct) is { } flow ? (flow, await LevelAsync(db, caller, flow, ct)) : null, needed);

    /// <inheritdoc cref="FindAsync"/>
    public static async Task<Result<Flow>> FindDeletedAsync(Db db, Principal caller, Id<Flow> id, FlowLevel needed, CancellationToken ct) =>
        Decide(id, await db.Flows.SingleOrDefaultAsync(f => f.Id == id, ct) is { } flow ? (flow, await LevelAsync(db, caller, flow, ct)) : null, needed);

    /// <summary>The caller's level on a flow; null when they may not view it.</summary>
    public static async Task<FlowLevel?> LevelAsync(Db db, Principal caller, Flow flow, CancellationToken ct)
    {
        if (IsAdmin(caller) || flow.OwnerId == caller.UserId)
        {
            return FlowLevel.Admin;
        }

        var granted = await GrantsTo(db, caller).Where(a => a.TenantId == flow.TenantId && a.FlowId == flow.Id).Select(a => a.Level).ToListAsync(ct);
        return granted.Count > 0 ? granted.Max() : null;
    }

    /// <summary>The flows that the caller may view and that are not deleted.</summary>
    public static IQueryable<Flow> VisibleTo(Db db, Principal caller)
    {
        var flows = db.Flows.Where(f => f.DeletedAt == null);
        var grants = GrantsTo(db, caller);
        return IsAdmin(caller) ? flows : flows.Where(f => f.OwnerId == caller.UserId || grants.Any(a => a.TenantId == f.TenantId && a.FlowId == f.Id));
    }

    /// <summary>Holds every level on every flow that the tenant filter lets them see.</summary>
    public static bool IsAdmin(Principal caller) => caller.IsSuperAdmin || caller.Roles.Contains(Roles.TenantAdmin);

    private static IQueryable<FlowAcl> GrantsTo(Db db, Principal caller)
    {
        var (user, groups) = (caller.UserId.Value, caller.Groups.ToList());
        return db.FlowAcls.Where(a => a.PrincipalType == FlowPrincipalType.User ? a.PrincipalId == user : groups.Contains(a.PrincipalId));
    }

    private static Result<Flow> Decide(Id<Flow> id, (Flow Flow, FlowLevel? Level)? found, FlowLevel needed) => found switch
    {
        { Level: { } level, Flow: var flow } when level >= needed => flow,
        { Level: { } level } => FlowErrors.AccessDenied.With($"This needs the level '{Show(needed)}' on the flow, and yours is '{Show(level)}'.") with
        {
            Data = new Dictionary<string, object?> { ["required_level"] = needed, ["level"] = level },
        },
        _ => FlowErrors.Missing(id),
    };

    private static string Show(FlowLevel level) => level.ToString().ToLowerInvariant();
}
