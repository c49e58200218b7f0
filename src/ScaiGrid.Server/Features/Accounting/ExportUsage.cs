using Microsoft.EntityFrameworkCore;
using ScaiGrid.Server.Access;
using ScaiGrid.Server.Data;
using ScaiGrid.Server.Kernel;

namespace ScaiGrid.Server.Features.Accounting;

/// <summary><c>GET /v1/accounting/export</c>: what <see cref="ListUsage"/> lists, all of it, as a file; the oldest first.</summary>
internal static class ExportUsage
{
    public static void Map(IEndpointRouteBuilder accounting) => accounting
        .MapGet("/export", HandleAsync)
        .WithName("ExportUsage")
        .WithSummary("Download what each call used, as CSV (unless told otherwise) or a line of JSON for each, the oldest first")
        .Requires(Permissions.AccountingViewOwn)
        .Produces(StatusCodes.Status200OK, contentType: "text/csv", additionalContentTypes: "application/x-ndjson")
        .ProducesErrors(KernelErrors.Validation, AccessErrors.PermissionDenied);

    private static async Task<IResult> HandleAsync(Choice<ExportFormat> format, UsageFilter filter, Principal caller, Db db, WriteBehind writeBehind, CancellationToken ct)
    {
        if (filter.Refuse(caller) is { } refused)
        {
            return refused.ToResult();
        }

        await writeBehind.FlushAsync(ct);
        var rows = filter.Apply(db.Usage.AsNoTracking(), caller).OrderBy(u => u.Id).AsAsyncEnumerable();
        return new Export<UsageView>(format.Value ?? ExportFormat.Csv, "usage", rows.Select(UsageView.Of));
    }
}
