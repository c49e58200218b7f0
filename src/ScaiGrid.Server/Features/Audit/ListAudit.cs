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

    private static async Task<IResult> HandleAsync(Paging paging, AuditFilter filter, Principal caller, Db db, CancellationToken ct)
    {
        var lines = filter.Apply(db.AuditLog.AsNoTracking(), caller.TenantId?.Value ?? AuditEntry.Platform);
        if (paging.After is { } cursor)
        {
            var last = long.TryParse(cursor, CultureInfo.InvariantCulture, out var sequence) ? sequence : 0;
            lines = lines.Where(e => e.Sequence < last);
        }

        var page = await lines.OrderByDescending(e => e.Sequence).Take(paging.Limit + 1).ToListAsync(ct);
        return Reply.Page(paging.Cut(page, e => e.Sequence.ToString(CultureInfo.InvariantCulture), e => e));
    }
}
