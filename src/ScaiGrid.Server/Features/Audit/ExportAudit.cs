using Microsoft.EntityFrameworkCore;
using ScaiGrid.Server.Access;
using ScaiGrid.Server.Data;
using ScaiGrid.Server.Kernel;

namespace ScaiGrid.Server.Features.Audit;

/// <summary><c>GET /v1/audit-log/export</c>: what <see cref="ListAudit"/> lists, all of it, as a file in the order of the chain, with all that is hashed.</summary>
internal static class ExportAudit
{
    public static void Map(IEndpointRouteBuilder audit) => audit
        .MapGet("/export", Handle)
        .WithName("ExportAuditLog")
        .WithSummary("Download changes, as CSV (unless told otherwise) or a line of JSON for each, the oldest first")
        .Requires(Permissions.AdminAccess)
        .Produces(StatusCodes.Status200OK, contentType: "text/csv", additionalContentTypes: "application/x-ndjson")
        .ProducesErrors(KernelErrors.Validation);

    private static Export<AuditEntry> Handle(Choice<ExportFormat> format, AuditFilter filter, Principal caller, Db db) => new(
        format.Value ?? ExportFormat.Csv, "audit-log",
        filter.Apply(db.AuditLog.AsNoTracking(), caller.TenantId?.Value ?? AuditEntry.Platform).OrderBy(e => e.Sequence).AsAsyncEnumerable());
}
