using System.Globalization;
using Microsoft.EntityFrameworkCore;
using ScaiGrid.Server.Access;
using ScaiGrid.Server.Data;
using ScaiGrid.Server.Kernel;

namespace ScaiGrid.Server.Features.Audit;

/// <summary><c>GET /v1/audit-log</c>: the changes of the caller's tenant, or of the platform, the newest first.</summary>
internal static class ListAudit
{
    public static void Map(IEndpointRouteBuilder audit) => audit
        .MapGet("", HandleAsync)
        .WithName("ListAuditLog")
        .WithSummary("List changes, the newest first")
        .Requires(Permissions.AdminAccess)
        .AnswersPage<AuditEntry>()
        .ProducesErrors(KernelErrors.Validation);

    private static async Task<IResult> HandleAsync(
        Paging paging, string? action, string? actor_id, string? resource_type, string? resource_id, string? status, Principal caller, Db db, CancellationToken ct)
    {
        var stream = caller.TenantId?.Value ?? AuditEntry.Platform;
        var lines = db.AuditLog.AsNoTracking().Where(e => e.Stream == stream);
        lines = action is null ? lines : lines.Where(e => e.Action == action);
        lines = actor_id is null ? lines : lines.Where(e => e.ActorId == actor_id);
        lines = resource_type is null ? lines : lines.Where(e => e.ResourceType == resource_type);
        lines = resource_id is null ? lines : lines.Where(e => e.ResourceId == resource_id);
        lines = status is null ? lines : lines.Where(e => e.Status == status);
        if (paging.After is { } cursor)
        {
            var last = long.TryParse(cursor, CultureInfo.InvariantCulture, out var sequence) ? sequence : 0;
            lines = lines.Where(e => e.Sequence < last);
        }

        var page = await lines.OrderByDescending(e => e.Sequence).Take(paging.Limit + 1).ToListAsync(ct);
        return Reply.Page(paging.Cut(page, e => e.Sequence.ToString(CultureInfo.InvariantCulture), e => e));
    }
}
